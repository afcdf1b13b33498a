using System.Text.Json;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>
/// What decides about a reply before anything else in it is looked at: failures carry the endpoint's empty lists too.
/// </summary>
/// <param name="ErrCode">0 when absent, as on success of a few old endpoints.</param>
/// <param name="ErrMsg">WeCom's text.</param>
/// <param name="HasErrCode">Whether it was there.</param>
internal readonly record struct ReplyHead(int ErrCode, string? ErrMsg, bool HasErrCode)
{
    /// <summary>Reads the whole text, so what comes through is complete and well-formed.</summary>
    /// <exception cref="JsonException">Not a complete JSON object.</exception>
    public static ReplyHead Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = WeComJson.MostNested });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        var head = default(ReplyHead);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            head = head.With(ref reader);
        }

        // The object ended; this fails on anything behind it.
        reader.Read();
        return head;
    }

    private ReplyHead With(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("errcode"u8))
        {
            reader.Read();
            var code = Code(ref reader);
            return this with { ErrCode = ErrCode != 0 ? ErrCode : code, HasErrCode = true };
        }

        if (reader.ValueTextEquals("errmsg"u8))
        {
            reader.Read();
            return this with { ErrMsg = TextConverter.Read(ref reader) };
        }

        reader.Skip();
        return this;
    }

    /// <param name="reader">At the value of <c>errcode</c>.</param>
    public static int Code(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
            ? 0
            : LenientNumber.Read(ref reader) is >= int.MinValue and <= int.MaxValue and var code ? (int)code : throw new JsonException();
}
