using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>
/// Keeps an object as its JSON text, rewritten so that <c>jsonb</c> takes it (no NUL, no half surrogate pairs).
/// An empty list or text in its place, which stands for "nothing", becomes <c>{}</c>; anything else counts as not returned, and what
/// <c>jsonb</c> or its readers cannot take becomes <see cref="Unstorable"/>.
/// </summary>
internal sealed class JsonObjectTextConverter : JsonConverter<string>
{
    /// <summary>In place of an object that is too large, too deep, or holds a number beyond PostgreSQL's.</summary>
    public const string Unstorable = "";

    private const int LargestBytes = 1 << 20;
    private const int MostNested = 32;
    private const int LargestExponent = 1000;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var whole = reader;
                whole.Skip();
                var text = whole.BytesConsumed - reader.TokenStartIndex <= LargestBytes ? Rewrite(ref reader) : Unstorable;
                reader = whole;
                return text;
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
            if (reader.CurrentDepth - depth > MostNested)
            {
                return Unstorable;
            }

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
                case JsonTokenType.Number when !IsStorable(reader.ValueSpan):
                    return Unstorable;
                default:
                    json.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
        }
        while ((reader.TokenType != JsonTokenType.EndObject || reader.CurrentDepth != depth) && reader.Read());

        json.Flush();
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }

    private static bool IsStorable(ReadOnlySpan<byte> number)
    {
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        return number.Length <= LargestExponent
            && (exponent < 0 || (int.TryParse(number[(exponent + 1)..], CultureInfo.InvariantCulture, out var power) && Math.Abs(power) <= LargestExponent));
    }
}
