using System.Collections.Concurrent;

namespace WeComSync.Simulator.Calls;

/// <summary>Every call in the order of its answer. Keeps the last million, and counts of all since it was cleared.</summary>
public sealed class CallLog
{
    private const int Capacity = 1_000_000;
    private const int TrimmedAtOnce = 100_000;

    private readonly Lock _gate = new();
    private readonly List<CallRecord> _records = [];
    private readonly ConcurrentDictionary<(string? CorpId, string Path), int> _counts = new();
    private long _lastNumber;

    public int Count(string corpId, string path) => _counts.GetValueOrDefault((corpId, path));

    public int Count(string corpId) => _counts.Where(count => count.Key.CorpId == corpId).Sum(count => count.Value);

    public IReadOnlyDictionary<(string? CorpId, string Path), int> Counts => new Dictionary<(string?, string), int>(_counts);

    /// <summary>A copy of what is kept, oldest first.</summary>
    /// <param name="after">Only records with a higher number.</param>
    public IReadOnlyList<CallRecord> Records(string? corpId = null, long after = 0)
    {
        lock (_gate)
            return [.. _records.Where(record => record.Number > after && (corpId is null || record.CorpId == corpId))];
    }

    public void Clear()
    {
        lock (_gate)
        {
            _records.Clear();
            _counts.Clear();
        }
    }

    internal void Add(CallRecord record)
    {
        lock (_gate)
        {
            if (_records.Count >= Capacity)
                _records.RemoveRange(0, TrimmedAtOnce);
            _records.Add(record with { Number = ++_lastNumber });
            _counts.AddOrUpdate((record.CorpId, record.Path), 1, (_, count) => count + 1);
        }
    }
}
