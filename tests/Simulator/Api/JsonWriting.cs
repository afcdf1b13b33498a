using System.Text.Json;

namespace WeComSync.Simulator.Api;

internal static class JsonWriting
{
    public static void WriteEmptyArray(this Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteEndArray();
    }
}
