using System.Text.Json;
using System.Text.Json.Nodes;

namespace WeComSync.TestKit;

/// <summary>JSON that the mirror keeps as WeCom wrote it.</summary>
internal static class TruthJson
{
    /// <param name="write">Writes the members of the object.</param>
    public static JsonObject Object(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return JsonNode.Parse(text.ToArray())!.AsObject();
    }
}
