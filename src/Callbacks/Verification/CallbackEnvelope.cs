using System.Text;
using System.Text.Json;
using System.Xml;
using WeComSync.Domain.Inbox;

namespace WeComSync.Callbacks.Verification;

/// <summary>Takes the encrypted text out of a request body. The body is not verified yet: anybody may have written it.</summary>
/// <remarks>
/// Read by streaming readers alone. A document tree needs 75 s for 1 MiB of nested elements, and a little more of them ends the process.
/// </remarks>
internal static class CallbackEnvelope
{
    private const int MaxDepth = 8;

    // WeCom's have eight tags and no attribute.
    private const int MaxTags = 500;
    private const int MaxQuotes = 500;

    private static readonly XmlReaderSettings Settings = SafeXml.Settings(checkCharacters: true);

    /// <returns>The one <c>Encrypt</c>, of whatever shape; null when the body is no envelope.</returns>
    public static string? ReadEncrypted(ReadOnlyMemory<byte> body)
    {
        if (SafeXml.HasTooMuchMarkup(body.Span, MaxTags, MaxQuotes))
        {
            return null;
        }

        try
        {
            return IsJson(body.Span) ? ReadJson(body.Span) : ReadXml(body);
        }
        catch (Exception malformed) when (malformed is XmlException or JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        var first = body.IndexOfAnyExcept(" \t\r\n"u8);
        return first >= 0 && body[first] == '{';
    }

    private static string? ReadXml(ReadOnlyMemory<byte> body)
    {
        using var reader = SafeXml.Open(body, Settings);
        string? encrypted = null;
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                return null;
            }

            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (reader.Depth == 0 && reader.Name != "xml")
            {
                return null;
            }

            if (reader.Name == "Encrypt")
            {
                if (reader.Depth != 1 || encrypted is not null || SafeXml.ReadText(reader) is not { } text)
                {
                    return null;
                }

                encrypted = text;
            }
        }

        return encrypted;
    }

    private static string? ReadJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        string? encrypted = null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("encrypt"u8))
            {
                if (reader.CurrentDepth != 1 || encrypted is not null || !reader.Read() || reader.TokenType != JsonTokenType.String)
                {
                    return null;
                }

                encrypted = reader.GetString();
            }
        }

        return encrypted;
    }
}
