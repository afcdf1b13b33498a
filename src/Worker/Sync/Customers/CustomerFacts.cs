using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>What a pull has found out and written so far. Safe for several tasks at once.</summary>
internal sealed class CustomerFacts : RunFindings
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, KindCounts> counts = [];
    private readonly List<PlannedChange> planned = [];

    /// <summary>By entity, in the order of the mirror's tables.</summary>
    public IReadOnlyDictionary<string, KindCounts> Counts
    {
        get
        {
            lock (gate)
            {
                return CustomerTables.All.Select(t => t.Entity).Distinct().Where(counts.ContainsKey).ToDictionary(e => e, e => counts[e]);
            }
        }
    }

    /// <summary>What a dry run would write, or what a look at one customer writes; the first rows of it.</summary>
    public IReadOnlyList<PlannedChange> Planned
    {
        get
        {
            lock (gate)
            {
                return [.. planned];
            }
        }
    }

    public void Count(IReadOnlyDictionary<string, KindCounts> more)
    {
        lock (gate)
        {
            foreach (var (entity, kind) in more)
            {
                counts[entity] = counts.GetValueOrDefault(entity, new KindCounts()) + kind;
            }
        }
    }

    public void Plan(IReadOnlyList<PlannedChange> more, int most)
    {
        lock (gate)
        {
            planned.AddRange(more.Take(most - planned.Count));
        }
    }

    /// <summary>Whether a failure concerns what was asked for; any other ends the run.</summary>
    public static bool IsOfOne(WeComException failure) => failure.Class is
        WeComErrorClass.SkipRow or WeComErrorClass.Bug or WeComErrorClass.Retry or WeComErrorClass.Split or WeComErrorClass.Restart;
}
