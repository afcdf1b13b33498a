using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>What a pull has found out and written so far. Safe for several tasks at once.</summary>
internal sealed class CustomerFacts : RunFindings
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, KindCounts> counts = [];
    private readonly HashSet<string> plannedCustomers = new(StringComparer.Ordinal);
    private PlanFile? plan;

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

    /// <summary>What a dry run would write, or what a look at one customer writes.</summary>
    public IReadOnlyCollection<PlannedChange> Planned => plan ?? (IReadOnlyCollection<PlannedChange>)[];

    /// <summary>Customers whom a dry run found with a relation that the mirror does not have, or does not show.</summary>
    public HashSet<string> NewlyFollowed { get; } = new(StringComparer.Ordinal);

    /// <summary>A list of the members had an entry without an id: whoever is missing from it may be that one, and be seen all the same.</summary>
    public bool MembersHaveHole { get; private set; }

    /// <param name="members">A list of the members, with <c>""</c> for an entry that is no id.</param>
    public void LookForHoles(IReadOnlyList<string> members)
    {
        if (!MembersHaveHole && members.Contains(""))
        {
            MembersHaveHole = true;
            Fail(CustomerTables.Follows.Entity, null, null, SyncTexts.RowWithoutId.With());
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

    public void Plan(PlannedChange change)
    {
        lock (gate)
        {
            plan ??= new PlanFile();
        }

        plan.Add(change);
    }

    /// <summary>
    /// Chunks share customers, and the first one writes a customer; in a dry run, where none writes, it is the first one that plans him.
    /// </summary>
    /// <returns>Those whom another chunk has planned already.</returns>
    public IReadOnlyList<string> PlannedBefore(IEnumerable<string> customers)
    {
        lock (gate)
        {
            return [.. customers.Where(id => !plannedCustomers.Add(id))];
        }
    }

    public void Follow(IEnumerable<string> customers)
    {
        lock (gate)
        {
            NewlyFollowed.UnionWith(customers);
        }
    }

    /// <summary>Whether a failure concerns what was asked for; any other ends the run.</summary>
    public static bool IsOfOne(WeComException failure) => failure.Class is
        WeComErrorClass.SkipRow or WeComErrorClass.Bug or WeComErrorClass.Retry or WeComErrorClass.Split or WeComErrorClass.Restart;
}
