using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>Generated readers and writers of WeCom's JSON. Unknown fields are ignored, wrong shapes count as not returned.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(TextConverter), typeof(LongConverter), typeof(KeyConverter), typeof(ShortConverter),
        typeof(LongListConverter), typeof(IntListConverter), typeof(TextListConverter),
        typeof(RowListConverter<WeComDepartmentNode>), typeof(RowListConverter<WeComDepartment>), typeof(RowListConverter<WeComTag>),
        typeof(RowListConverter<UserIdsRow>), typeof(RowListConverter<UserIdRow>),
    ])]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(DepartmentIdsReply))]
[JsonSerializable(typeof(DepartmentsReply))]
[JsonSerializable(typeof(UserIdsRequest))]
[JsonSerializable(typeof(UserIdsReply))]
[JsonSerializable(typeof(TagsReply))]
[JsonSerializable(typeof(TagReply))]
[JsonSerializable(typeof(AddressesReply))]
[JsonSerializable(typeof(FollowUsersReply))]
[JsonSerializable(typeof(AgentReply))]
[JsonSerializable(typeof(WeComUser))]
[JsonSerializable(typeof(WeComDepartmentNode))]
[JsonSerializable(typeof(WeComDepartment))]
[JsonSerializable(typeof(WeComTag))]
[JsonSerializable(typeof(UserIdsRow))]
[JsonSerializable(typeof(UserIdRow))]
internal sealed partial class WeComJson : JsonSerializerContext
{
    /// <summary>Writes text as it is: WeCom refuses requests with <c>\uXXXX</c> (40033), which the default encoder makes.</summary>
    public static WeComJson Requests =>
        field ??= new WeComJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = null });
}
