using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace WeComSync.Callbacks.Verification;

/// <summary>
/// Reads the few elements of a decrypted message that the inbox shows. A tenant's administrator holds the tenant's keys, so a valid
/// signature does not make a message friendly to the other tenants: it is read as carefully as the envelope.
/// </summary>
internal static class MessageReader
{
    private const int MaxDepth = 32;

    // A change of a large group lists a thousand members.
    private const int MaxTags = 20_000;
    private const int MaxQuotes = 20_000;

    // What XML forbids even in a text, except for tab, line feed and carriage return.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(code => (char)code).Except("\t\n\r"), '\uFFFE', '\uFFFF']);

    private static readonly XmlReaderSettings Settings = SafeXml.Settings(checkCharacters: false);

    /// <returns>Null when the message is neither XML nor JSON within the limits.</returns>
    public static MessageFacts? Read(ReadOnlySpan<byte> message)
    {
        if (SafeXml.HasTooMuchMarkup(message, MaxTags, MaxQuotes))
        {
            return null;
        }

        var text = Readable(Encoding.UTF8.GetString(message));
        var found = new FoundElements();
        try
        {
            var readable = text.AsSpan().TrimStart(" \t\r\n\uFEFF").StartsWith('{') ? ReadJson(text, found) : ReadXml(text, found);
            return readable ? found.ToFacts() : null;
        }
        catch (Exception malformed) when (malformed is XmlException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>WeCom sends names with control characters and broken UTF-8 now and then; such an event must not be lost.</summary>
    private static string Readable(string text) =>
        text.AsSpan().ContainsAny(Forbidden)
            ? string.Create(text.Length, text, (readable, given) => given.AsSpan().ReplaceAny(readable, Forbidden, '\uFFFD'))
            : text;

    private static bool ReadXml(string text, FoundElements found)
    {
        using var reader = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), Settings);
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

            var wanted = reader.Depth == 1 ? FoundElements.Wants(name) : reader.Depth == 2 && parent == "BatchJob" && name == "JobId";
            // An element with children has no text and is read on.
            if (wanted && SafeXml.ReadText(reader) is { } value)
            {
                found.Add(name, value);
            }
        }

        return true;
    }

    private static bool ReadJson(string text, FoundElements found)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var name = reader.GetString()!;
            if (!reader.Read() || FoundElements.Find(name) is not { } element)
            {
                continue;
            }

            var value = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString()!,
                JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => null,
            };
            if (value is not null)
            {
                found.Add(element, value);
            }
        }

        return true;
    }
}
