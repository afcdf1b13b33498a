using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using WeComSync.Simulator.Api;

namespace WeComSync.Simulator.Control;

/// <summary>The JSON of the control API: camelCase, enums by name, no escapes that are not needed.</summary>
public static class ControlJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Replaces the members of a record that the patch names and keeps the others.</summary>
    internal static T Patched<T>(T current, JsonObject patch)
    {
        var merged = JsonSerializer.SerializeToNode(current, Options)!.AsObject();
        foreach (var (key, value) in patch)
            merged[key] = value?.DeepClone();
        return merged.Deserialize<T>(Options)!;
    }

    internal static void Configure(JsonSerializerOptions options)
    {
        options.Encoder = RawUtf8Encoder.Instance;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.Converters.Add(new JsonStringEnumConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        return options;
    }
}
