namespace WeComSync.Simulator.Callbacks;

/// <summary>Every event of one company since the log was cleared.</summary>
public sealed class CallbackLog
{
    private readonly Lock _gate = new();
    private readonly List<CallbackRecord> _records = [];
    private long _lastId;

    /// <summary>A copy, in the order in which things happened.</summary>
    /// <param name="after">Only records with a higher id.</param>
    /// <param name="state">Null: of every state.</param>
    public IReadOnlyList<CallbackRecord> Records(long after = 0, CallbackState? state = null)
    {
        lock (_gate)
            return [.. _records.Where(record => record.Id > after && (state is null || record.State == state))];
    }

    public IReadOnlyDictionary<CallbackState, int> Counts =>
        Records().GroupBy(record => record.State).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Each text once, however many events had it.</summary>
    public IReadOnlySet<string> Digests(CallbackState state) => Records(state: state).Select(record => record.Digest).ToHashSet();

    /// <summary>Events under way stay under way.</summary>
    public void Clear()
    {
        lock (_gate)
            _records.Clear();
    }

    internal CallbackRecord Add(Func<long, CallbackRecord> make)
    {
        lock (_gate)
        {
            var record = make(++_lastId);
            _records.Add(record);
            return record;
        }
    }
}
