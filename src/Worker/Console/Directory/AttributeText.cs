using System.Text.Json;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>Values that WeCom gives as JSON, as people read them.</summary>
internal static class AttributeText
{
    /// <returns>Null for null.</returns>
    public static string? Of(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    /// <summary>
    /// Extended attributes, or the external profile with its attributes: each name with what it holds. A list as its parts; an empty one as nothing.
    /// </summary>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Of)),
        JsonValueKind.Object => string.Join("; ", value.EnumerateObject().SelectMany(Parts).Where(text => text.Length > 0)),
        _ => value.GetRawText(),
    };

    private static IEnumerable<string> Parts(JsonProperty part) => part.Value.ValueKind switch
    {
        JsonValueKind.Array => part.Value.EnumerateArray().Select(Attribute),
        // For example 视频号: its name counts, and not the number of its state.
        JsonValueKind.Object => [Texts(part.Value)],
        _ => [Of(part.Value)],
    };

    private static string Attribute(JsonElement attribute)
    {
        if (attribute.ValueKind != JsonValueKind.Object || !attribute.TryGetProperty("name", out var name))
        {
            return Of(attribute);
        }

        // Text, page or mini program: whichever the attribute's type is.
        var values = attribute.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Object).Select(part => Texts(part.Value)).Where(text => text.Length > 0);
        return $"{Of(name)}: {string.Join(" ", values)}";
    }

    private static string Texts(JsonElement parts) => string.Join(
        " ", parts.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.String).Select(part => part.Value.GetString()).Where(text => text?.Length > 0));
}
