using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>
/// Keeps an object as its JSON text, rewritten so that <c>jsonb</c> takes it (no NUL, no half surrogate pairs).
/// An empty list or text in its place, which stands for "nothing", becomes <c>{}</c>; anything else counts as not returned.
/// </summary>
internal sealed class JsonObjectTextConverter : JsonConverter<string>
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Rewrite(ref reader);
            case JsonTokenType.StartArray:
                var first = reader;
                var empty = first.Read() && first.TokenType == JsonTokenType.EndArray;
                reader.Skip();
                return empty ? "{}" : null;
            case JsonTokenType.String:
                return reader.ValueSpan.IsEmpty ? "{}" : null;
            default:
                return null;
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => throw new NotSupportedException();

    private static string Rewrite(ref Utf8JsonReader reader)
    {
        var target = buffer ??= new ArrayBufferWriter<byte>();
        target.ResetWrittenCount();
        var json = writer ??= new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        json.Reset();

        var depth = reader.CurrentDepth;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    json.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    json.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    json.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    json.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    json.WritePropertyName(LenientText.Read(in reader));
                    break;
                case JsonTokenType.String:
                    json.WriteStringValue(LenientText.Read(in reader));
                    break;
                default:
                    json.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
        }
        while ((reader.TokenType != JsonTokenType.EndObject || reader.CurrentDepth != depth) && reader.Read());

        json.Flush();
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
