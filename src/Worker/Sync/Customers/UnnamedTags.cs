using System.Collections.Concurrent;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>Tags that a pull met on relations and whose names it does not know, each with a customer who carries it. Safe for several tasks at once.</summary>
internal sealed class UnnamedTags
{
    private readonly ConcurrentDictionary<string, string> carriers = new(StringComparer.Ordinal);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>Before relations are read: these need no name.</summary>
    public void Know(IEnumerable<string> tagIds) => known.UnionWith(tagIds);

    /// <summary>Notes who carries which tags.</summary>
    public void Meet(string externalUserId, IEnumerable<string> tagIds)
    {
        foreach (var tagId in tagIds)
        {
            if (!known.Contains(tagId))
            {
                carriers.TryAdd(tagId, externalUserId);
            }
        }
    }

    /// <summary>By tag; those that look like rule tags first.</summary>
    public IReadOnlyList<(string TagId, string ExternalUserId)> InTurn =>
        [.. carriers.OrderBy(c => !c.Key.StartsWith("st", StringComparison.Ordinal)).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value))];
}
