using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace WeComSync.Domain.Inbox;

/// <summary>
/// Reads a decrypted message, XML or JSON. The one reader of both hosts: what one of them accepts from WeCom, the other can apply. A
/// tenant's administrator holds the tenant's keys, so a valid signature does not make a message friendly to the other tenants: it is
/// read as carefully as the envelope.
/// </summary>
public static class EventMessage
{
    private const int MaxDepth = 32;

    // A change of a large group lists a thousand members.
    private const int MaxTags = 20_000;
    private const int MaxQuotes = 20_000;

    // What XML forbids even in a text, except for tab, line feed and carriage return.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(code => (char)code).Except("\t\n\r"), '\uFFFE', '\uFFFF']);

    private static readonly XmlReaderSettings Settings = SafeXml.Settings(checkCharacters: false);

    /// <summary>
    /// The top-level elements and <c>BatchJob</c>'s <c>JobId</c>, found without case; the first of each name counts, and what has
    /// children is left out. Characters that are none, however they are written, have become U+FFFD.
    /// </summary>
    /// <returns>Null when the message is neither XML nor JSON within the limits.</returns>
    public static IReadOnlyDictionary<string, string>? Read(ReadOnlySpan<byte> message)
    {
        if (SafeXml.HasTooMuchMarkup(message, MaxTags, MaxQuotes))
        {
            return null;
        }

        var text = Readable(Encoding.UTF8.GetString(message)).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            var readable = text.StartsWith('{') ? ReadJson(text, found) : ReadXml(text, found);
            return readable ? found : null;
        }
        catch (Exception malformed) when (malformed is XmlException or JsonException)
        {
            return null;
        }
    }

    /// <summary>WeCom sends names with control characters and broken UTF-8 now and then; such an event must not be lost.</summary>
    private static string Readable(string text) =>
        text.AsSpan().ContainsAny(Forbidden)
            ? string.Create(text.Length, text, (readable, given) => given.AsSpan().ReplaceAny(readable, Forbidden, '\uFFFD'))
            : text;

    /// <summary>The same for what was written as a reference, which may also be one half of a pair.</summary>
    private static string ReadableValue(string value) => Readable(
        value.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)) : value);

    private static bool ReadXml(string text, Dictionary<string, string> found)
    {
        using var reader = XmlReader.Create(new StringReader(text), Settings);
        var parent = "";
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                return false;
            }

            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            var name = reader.Name;
            if (reader.Depth == 1)
            {
                parent = name;
            }

            // BatchJob is never a text: to look for one would pass over its first child.
            var wanted = reader.Depth == 1 ? name != "BatchJob" : reader.Depth == 2 && parent == "BatchJob" && name == "JobId";
            // Any other element with children has no text and is read on.
            if (wanted && SafeXml.ReadText(reader) is { } value)
            {
                found.TryAdd(name, ReadableValue(value));
            }
        }

        return true;
    }

    private static bool ReadJson(string text, Dictionary<string, string> found)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var name = TextOf(ref reader);
            reader.Read();
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
            {
                found.TryAdd(name, reader.TokenType == JsonTokenType.String ? TextOf(ref reader) : Encoding.UTF8.GetString(reader.ValueSpan));
            }
        }

        return true;
    }

    private static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return Readable(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // Half of a pair among its escapes.
            return "\uFFFD";
        }
    }
}
