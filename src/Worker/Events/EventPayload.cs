using System.Text;
using System.Text.Json;
using System.Xml;

namespace WeComSync.Worker.Events;

/// <summary>The top-level elements of a stored message, XML or JSON, found without case. Elements with children are left out.</summary>
internal static class EventPayload
{
    private const int MaxDepth = 32;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 1024 * 1024,
        // Names with control characters come now and then.
        CheckCharacters = false,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    /// <exception cref="FormatException">The message is neither XML nor JSON within the limits.</exception>
    public static IReadOnlyDictionary<string, string> Read(byte[] message)
    {
        var text = Encoding.UTF8.GetString(message).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        try
        {
            return text.StartsWith('{') ? ReadJson(text) : ReadXml(text);
        }
        catch (Exception malformed) when (malformed is XmlException or JsonException or InvalidOperationException)
        {
            // The reader's own words quote the message.
            throw new FormatException(EventTexts.Unreadable.With());
        }
    }

    private static Dictionary<string, string> ReadXml(string text)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var reader = XmlReader.Create(new StringReader(text), Settings);
        string? name = null;
        var value = new StringBuilder();
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when reader.Depth > MaxDepth:
                    throw new XmlException();
                case XmlNodeType.Element when reader.Depth == 1:
                    name = reader.IsEmptyElement ? null : reader.Name;
                    value.Clear();
                    if (reader.IsEmptyElement)
                    {
                        found.TryAdd(reader.Name, "");
                    }

                    break;
                case XmlNodeType.Element:
                    name = null;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when reader.Depth == 2 && name is not null:
                    value.Append(reader.Value);
                    break;
                case XmlNodeType.EndElement when reader.Depth == 1 && name is not null:
                    found.TryAdd(name, value.ToString());
                    name = null;
                    break;
            }
        }

        return found;
    }

    private static Dictionary<string, string> ReadJson(string text)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            {
                found.TryAdd(property.Name, property.Value.ToString());
            }
        }

        return found;
    }
}
