using System.Text.Json;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>Values that WeCom gives as JSON, as people read them.</summary>
internal static class AttributeText
{
    /// <summary>Extended attributes, or the external profile with its attributes: each name with what it holds.</summary>
    /// <returns>The JSON itself where it has another form; null for null.</returns>
    public static string? Of(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? string.Join("; ", document.RootElement.EnumerateObject().SelectMany(part => part.Value.ValueKind == JsonValueKind.Array
                ? part.Value.EnumerateArray().Select(Attribute)
                : [Plain(part.Value)]).Where(text => text.Length > 0))
            : json;
    }

    /// <summary>A list as its parts; an empty one as nothing.</summary>
    public static string Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Plain)),
        _ => value.GetRawText(),
    };

    private static string Attribute(JsonElement attribute)
    {
        if (attribute.ValueKind != JsonValueKind.Object || !attribute.TryGetProperty("name", out var name))
        {
            return Plain(attribute);
        }

        // Text, page or mini program: whichever the attribute's type is.
        var values = attribute.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Object)
            .SelectMany(part => part.Value.EnumerateObject()).Select(part => Plain(part.Value)).Where(text => text.Length > 0);
        return $"{Plain(name)}: {string.Join(" ", values)}";
    }
}
