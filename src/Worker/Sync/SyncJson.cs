using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Worker.Sync;

/// <summary>How counters are written as JSON, in the run's row and on the command line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyDictionary<string, KindCounts>))]
internal sealed partial class SyncJson : JsonSerializerContext
{
    public static string Counts(IReadOnlyDictionary<string, KindCounts> counts) =>
        JsonSerializer.Serialize(counts, Default.IReadOnlyDictionaryStringKindCounts);
}
