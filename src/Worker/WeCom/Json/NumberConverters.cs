using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>Reads whole numbers given as a number, a text or a boolean; anything else counts as not returned.</summary>
internal static class LenientNumber
{
    public static long? Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var number) ? number : Whole(Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.String:
                return Whole(LenientText.Read(in reader));
            case JsonTokenType.True:
                return 1;
            case JsonTokenType.False:
                return 0;
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>Also 1.0 and 1e3, which some gateways make of 1 and 1000.</summary>
    private static long? Whole(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : null;
}

/// <summary><see cref="LenientNumber"/> for ids and orders, which go beyond 2³¹.</summary>
internal sealed class LongConverter : JsonConverter<long?>
{
    public override bool HandleNull => true;

    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => LenientNumber.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, long? value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary><see cref="LenientNumber"/> for a key: 0 when there is none.</summary>
internal sealed class KeyConverter : JsonConverter<long>
{
    public override bool HandleNull => true;

    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => LenientNumber.Read(ref reader) ?? 0;

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary><see cref="LenientNumber"/> for small codes; one that does not fit counts as not returned.</summary>
internal sealed class ShortConverter : JsonConverter<short?>
{
    public override bool HandleNull => true;

    public override short? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        LenientNumber.Read(ref reader) is >= short.MinValue and <= short.MaxValue and var code ? (short)code : null;

    public override void Write(Utf8JsonWriter writer, short? value, JsonSerializerOptions options) => throw new NotSupportedException();
}
