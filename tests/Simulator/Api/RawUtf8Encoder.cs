using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace WeComSync.Simulator.Api;

/// <summary>
/// Escapes only what JSON demands, as WeCom does. The relaxed encoder of .NET would still send emoji as <c>\uXXXX</c> pairs.
/// </summary>
internal sealed unsafe class RawUtf8Encoder : JavaScriptEncoder
{
    private const string MustEscape =
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f";

    private static readonly SearchValues<char> Chars = SearchValues.Create(MustEscape);
    private static readonly SearchValues<byte> Bytes = SearchValues.Create(Encoding.ASCII.GetBytes(MustEscape));

    public static RawUtf8Encoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar < ' ' || unicodeScalar is '"' or '\\';

    public override int FindFirstCharacterToEncode(char* text, int textLength) =>
        new ReadOnlySpan<char>(text, textLength).IndexOfAny(Chars);

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) => utf8Text.IndexOfAny(Bytes);

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var to = new Span<char>(buffer, bufferLength);
        return unicodeScalar switch
        {
            '"' or '\\' => to.TryWrite($"\\{(char)unicodeScalar}", out numberOfCharactersWritten),
            '\b' => to.TryWrite($"\\b", out numberOfCharactersWritten),
            '\f' => to.TryWrite($"\\f", out numberOfCharactersWritten),
            '\n' => to.TryWrite($"\\n", out numberOfCharactersWritten),
            '\r' => to.TryWrite($"\\r", out numberOfCharactersWritten),
            '\t' => to.TryWrite($"\\t", out numberOfCharactersWritten),
            < ' ' => to.TryWrite(CultureInfo.InvariantCulture, $"\\u{unicodeScalar:x4}", out numberOfCharactersWritten),
            // A lone half of a surrogate pair arrives here as the replacement character.
            _ => to.TryWrite($"{new Rune(unicodeScalar)}", out numberOfCharactersWritten),
        };
    }
}
