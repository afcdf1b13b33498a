using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>Reads an id that is a text. What is longer than any id and fits into no index counts as not returned.</summary>
internal sealed class IdConverter : JsonConverter<string>
{
    private const int Longest = 256;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => throw new NotSupportedException();

    public static string? Read(ref Utf8JsonReader reader) => TextConverter.Read(ref reader) is { Length: <= Longest } id ? id : null;
}
