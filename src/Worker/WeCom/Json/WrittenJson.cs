using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Contacts;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>Generated writers of what is written to WeCom. The lenient converters of <see cref="WeComJson"/> only read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WrittenUser))]
[JsonSerializable(typeof(WrittenDepartment))]
internal sealed partial class WrittenJson : JsonSerializerContext
{
    /// <summary>Writes text as it is: WeCom refuses <c>\uXXXX</c>.</summary>
    public static WrittenJson Requests =>
        field ??= new WrittenJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = null });
}
