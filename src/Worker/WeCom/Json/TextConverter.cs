using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>Reads a text, or a number or boolean as text; a list or object in its place counts as not returned.</summary>
internal sealed class TextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => RawTextConverter.Write(writer, value);

    public static string? Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return LenientText.Read(in reader);
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                reader.Skip();
                return null;
        }
    }
}
