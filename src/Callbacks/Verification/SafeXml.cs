using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace WeComSync.Callbacks.Verification;

/// <summary>XML from strangers: no DTD, nothing resolved, one pass, bounded.</summary>
internal static class SafeXml
{
    private const int MaxCharacters = 1024 * 1024;

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
