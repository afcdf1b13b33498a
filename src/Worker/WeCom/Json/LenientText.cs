using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>
/// Reads texts as WeCom sends them: names carry emoji cut in half, raw control characters and broken UTF-8.
/// What comes out is valid UTF-16 without NUL, so PostgreSQL takes it.
/// </summary>
internal static class LenientText
{
    private const char Replacement = '\uFFFD';

    private static readonly SearchValues<byte> ControlCharacters = SearchValues.Create([.. Enumerable.Range(0, 32).Select(b => (byte)b)]);

    /// <summary>Makes raw control characters, which JSON forbids inside texts, into spaces, which mean the same outside them.</summary>
    public static void BlankControlCharacters(Span<byte> json)
    {
        while (json.IndexOfAny(ControlCharacters) is >= 0 and var at)
        {
            json[at] = (byte)' ';
            json = json[(at + 1)..];
        }
    }

    /// <summary>Blanks the byte order mark that some gateways put first.</summary>
    public static void BlankMark(Span<byte> start)
    {
        if (start.StartsWith("\uFEFF"u8))
        {
            start[..3].Fill((byte)' ');
        }
    }

    /// <param name="reader">At a string or property name that lies in one buffer.</param>
    public static string Read(ref readonly Utf8JsonReader reader)
    {
        var raw = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetString(raw);
        }

        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are no UTF-8.
            text = Unescape(Encoding.UTF8.GetString(raw));
        }

        return text.Contains('\0') ? text.Replace("\0", "", StringComparison.Ordinal) : text;
    }

    /// <param name="escaped">A JSON text whose escapes the reader has checked already.</param>
    private static string Unescape(string escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            i++;
            if (escaped[i] == 'u')
            {
                text.Append((char)ushort.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                text.Append(escaped[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var same => same });
            }
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = Replacement;
            }
        }

        return text.ToString();
    }
}
