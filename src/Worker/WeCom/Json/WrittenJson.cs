using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Contacts;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>Generated writers of what is written to WeCom. The lenient converters of <see cref="WeComJson"/> only read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(RawTextConverter)])]
[JsonSerializable(typeof(WrittenUser))]
[JsonSerializable(typeof(WrittenDepartment))]
internal sealed partial class WrittenJson : JsonSerializerContext;
