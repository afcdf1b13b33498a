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

    /// <param name="counts">As <see cref="Counts"/> wrote them; null while a run goes on.</param>
    public static IReadOnlyDictionary<string, KindCounts> ReadCounts(string? counts) =>
        counts is null ? new Dictionary<string, KindCounts>() : JsonSerializer.Deserialize(counts, Default.IReadOnlyDictionaryStringKindCounts)!;

    public static string? Planned(IReadOnlyList<PlannedField> fields) =>
        fields.Count == 0 ? null : JsonSerializer.Serialize([.. fields], Default.PlannedFieldArray);

    public static string? Drift(IReadOnlyDictionary<string, KindDrift>? drift) =>
        drift is null ? null : JsonSerializer.Serialize(drift, Default.IReadOnlyDictionaryStringKindDrift);
}
