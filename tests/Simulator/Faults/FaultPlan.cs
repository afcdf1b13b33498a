using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Faults;

/// <summary>The faults that are switched on. Rules are asked in the order of their adding; the first that strikes decides.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private volatile ActiveFault[] _active = [];
    private int _lastId;

    public IReadOnlyList<ActiveFault> Active => _active;

    public ActiveFault Add(FaultRule rule)
    {
        lock (_gate)
        {
            var fault = new ActiveFault(++_lastId, rule);
            _active = [.. _active, fault];
            return fault;
        }
    }

    /// <summary>Every call of the company that matches, without end.</summary>
    /// <param name="path"><c>user/list</c>, or <c>user/*</c>; null: every endpoint.</param>
    public ActiveFault Always(Corp corp, Fault fault, string? path = null) =>
        Add(new FaultRule { Fault = fault, CorpId = corp.Id, Path = path });

    /// <summary>Exactly one call: the company's k-th from now on, gettoken and failed calls counted too.</summary>
    /// <param name="k">1 is the next one.</param>
    public ActiveFault AtCall(Corp corp, int k, Fault fault) =>
        Add(new FaultRule { Fault = fault, CorpId = corp.Id, FromCall = k, Times = 1 });

    public bool Remove(int id)
    {
        lock (_gate)
        {
            var before = _active.Length;
            _active = [.. _active.Where(fault => fault.Id != id)];
            return _active.Length < before;
        }
    }

    public void Clear()
    {
        lock (_gate)
            _active = [];
    }

    public void Clear(Corp corp)
    {
        lock (_gate)
            _active = [.. _active.Where(fault => fault.Rule.CorpId != corp.Id)];
    }

    /// <summary>Whether a rule looks into requests.</summary>
    internal bool AsksAbout => Array.Exists(_active, active => active.Rule.About is not null);

    /// <returns>The fault that changes the answer, and how long to wait before it.</returns>
    internal (Fault? Fault, TimeSpan Delay) Choose(string? corpId, string path, string? credential, NamedIds named)
    {
        Fault? chosen = null;
        var delay = TimeSpan.Zero;
        foreach (var active in _active)
        {
            if (!active.Strikes(corpId, path, credential, named))
                continue;
            if (active.Rule.Fault is DelayFault { Milliseconds: var milliseconds })
                delay += TimeSpan.FromMilliseconds(milliseconds);
            else
                chosen ??= active.Rule.Fault;
        }
        return (chosen, delay);
    }
}
