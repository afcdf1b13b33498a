using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>
/// Writes text as raw UTF-8. WeCom refuses <c>\uXXXX</c> (40033), which even the relaxed encoder of the framework makes of whatever is
/// beyond the BMP, of rare spaces and of private characters.
/// </summary>
internal sealed class RawTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => Write(writer, value);

    public static void Write(Utf8JsonWriter writer, string value)
    {
        var json = new StringBuilder(value.Length + 2).Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' or '\\' => json.Append('\\').Append(character),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                // JSON has no other way to say them.
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => json.Append(character),
            };
        }

        // Half a surrogate pair, which UTF-8 cannot say, becomes U+FFFD here.
        writer.WriteRawValue(Encoding.UTF8.GetBytes(json.Append('"').ToString()), skipInputValidation: true);
    }
}
