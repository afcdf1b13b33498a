using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace WeComSync.Domain.Inbox;

/// <summary>XML from strangers: no DTD, nothing resolved, one pass, bounded.</summary>
public static class SafeXml
{
    private const int MaxCharacters = 1024 * 1024;

    /// <summary>How such a reader is set up.</summary>
    /// <param name="checkCharacters">Whether a character that XML forbids ends it.</param>
    public static XmlReaderSettings Settings(bool checkCharacters) => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxCharacters,
        CheckCharacters = checkCharacters,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    /// <summary>
    /// Whether a text has more markup than anything honest. Looked at first because a reader cannot stop within a start tag: a mebibyte
    /// of attributes costs it a second.
    /// </summary>
    /// <param name="text">Bytes of UTF-8, or of any encoding whose characters contain those of ASCII.</param>
    /// <param name="tags">The most tags.</param>
    /// <param name="quotes">The most quotes and apostrophes, which attributes and names in JSON need.</param>
    public static bool HasTooMuchMarkup(ReadOnlySpan<byte> text, int tags, int quotes) =>
        text.Count((byte)'<') > tags || text.Count((byte)'&') > tags || text.Count((byte)'"') > quotes || text.Count((byte)'\'') > quotes;

    /// <summary>A reader of bytes that lie in an array.</summary>
    public static XmlReader Open(ReadOnlyMemory<byte> bytes, XmlReaderSettings settings) =>
        MemoryMarshal.TryGetArray(bytes, out var array)
            ? XmlReader.Create(new MemoryStream(array.Array!, array.Offset, array.Count, writable: false), settings)
            : throw new ArgumentException("Only arrays are read.", nameof(bytes));

    /// <summary>The text of the element that the reader stands on, left at its end tag.</summary>
    /// <returns>Null when the element has child elements.</returns>
    public static string? ReadText(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return "";
        }

        var first = "";
        StringBuilder? more = null;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.EndElement:
                    return more?.ToString() ?? first;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when first.Length == 0:
                    first = reader.Value;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    (more ??= new StringBuilder(first)).Append(reader.Value);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }
}
