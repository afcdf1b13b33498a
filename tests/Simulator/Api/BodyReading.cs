using System.Text.Json;

namespace WeComSync.Simulator.Api;

/// <summary>Members of a request's body.</summary>
internal static class BodyReading
{
    /// <returns>Empty: not there, or not a text.</returns>
    public static string Text(this JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <returns>Null: there, but not a whole number.</returns>
    public static int? Number(this JsonElement body, string name, int otherwise)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
    }

    /// <returns>Empty: not there. Null: there, but not a list of texts.</returns>
    public static string[]? Texts(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return [];
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : null;
    }
}
