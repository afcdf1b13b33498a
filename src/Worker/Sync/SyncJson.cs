using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.Sync;

/// <summary>How counters are written as JSON, in the run's row and on the command line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyDictionary<string, KindCounts>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, KindDrift>))]
[JsonSerializable(typeof(PlannedChange))]
[JsonSerializable(typeof(PlannedField[]))]
internal sealed partial class SyncJson : JsonSerializerContext
{
    public static string Counts(IReadOnlyDictionary<string, KindCounts> counts) =>
        JsonSerializer.Serialize(counts, Default.IReadOnlyDictionaryStringKindCounts);

    public static string? Drift(IReadOnlyDictionary<string, KindDrift>? drift) =>
        drift is null ? null : JsonSerializer.Serialize(drift, Default.IReadOnlyDictionaryStringKindDrift);
}
