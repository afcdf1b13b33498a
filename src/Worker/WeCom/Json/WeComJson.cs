using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>Generated readers and writers of WeCom's JSON. Unknown fields are ignored, wrong shapes count as not returned.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = MostNested,
    Converters =
    [
        typeof(TextConverter), typeof(LongConverter), typeof(KeyConverter), typeof(ShortConverter),
        typeof(LongListConverter), typeof(IntListConverter), typeof(TextListConverter),
        typeof(RowListConverter<WeComDepartmentNode>), typeof(RowListConverter<WeComDepartment>), typeof(RowListConverter<WeComTag>),
        typeof(RowListConverter<UserIdsRow>), typeof(RowListConverter<UserIdRow>),
        typeof(RowListConverter<FollowRow>), typeof(RowListConverter<WeComFollow>), typeof(RowListConverter<WeComFollowTag>),
        typeof(RowListConverter<WeComCorpTagGroup>), typeof(RowListConverter<WeComCorpTag>),
        typeof(RowListConverter<WeComGroupChatEntry>), typeof(RowListConverter<WeComGroupChatMember>),
    ])]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(DepartmentIdsReply))]
[JsonSerializable(typeof(DepartmentsReply))]
[JsonSerializable(typeof(DepartmentReply))]
[JsonSerializable(typeof(UserIdsRequest))]
[JsonSerializable(typeof(UserIdsReply))]
[JsonSerializable(typeof(TagsReply))]
[JsonSerializable(typeof(TagReply))]
[JsonSerializable(typeof(AddressesReply))]
[JsonSerializable(typeof(AgentReply))]
[JsonSerializable(typeof(WeComUser))]
[JsonSerializable(typeof(WeComDepartmentNode))]
[JsonSerializable(typeof(WeComDepartment))]
[JsonSerializable(typeof(WeComTag))]
[JsonSerializable(typeof(UserIdsRow))]
[JsonSerializable(typeof(UserIdRow))]
[JsonSerializable(typeof(FollowUsersReply))]
[JsonSerializable(typeof(ExternalUserIdsReply))]
[JsonSerializable(typeof(CustomerReply))]
[JsonSerializable(typeof(FollowsRequest))]
[JsonSerializable(typeof(FollowsReply))]
[JsonSerializable(typeof(CorpTagsRequest))]
[JsonSerializable(typeof(CorpTagsReply))]
[JsonSerializable(typeof(GroupChatsRequest))]
[JsonSerializable(typeof(GroupChatsReply))]
[JsonSerializable(typeof(GroupChatRequest))]
[JsonSerializable(typeof(GroupChatReply))]
[JsonSerializable(typeof(TicketReply))]
[JsonSerializable(typeof(WeComExternalContact))]
[JsonSerializable(typeof(WeComFollow))]
[JsonSerializable(typeof(WeComFollowTag))]
[JsonSerializable(typeof(WeComCorpTagGroup))]
[JsonSerializable(typeof(WeComCorpTag))]
[JsonSerializable(typeof(WeComGroupChat))]
[JsonSerializable(typeof(WeComGroupChatEntry))]
[JsonSerializable(typeof(WeComGroupChatMember))]
[JsonSerializable(typeof(FollowRow))]
[JsonSerializable(typeof(FollowsFailInfo))]
[JsonSerializable(typeof(WrittenReply))]
internal sealed partial class WeComJson : JsonSerializerContext
{
    /// <summary>An answer is refused as a whole only beyond this; the fields that are stored allow less.</summary>
    public const int MostNested = 100_000;
}
