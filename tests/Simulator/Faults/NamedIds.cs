using Microsoft.Extensions.Primitives;

namespace WeComSync.Simulator.Faults;

/// <summary>What a request names: the values of its query and the texts of its body.</summary>
internal sealed class NamedIds(IQueryCollection query, string body)
{
    public bool Contain(string id) => query.Any(value => Holds(value.Value, id)) || body.Contains($"\"{id}\"", StringComparison.Ordinal);

    private static bool Holds(StringValues values, string id) => values.Contains(id, StringComparer.Ordinal);
}
