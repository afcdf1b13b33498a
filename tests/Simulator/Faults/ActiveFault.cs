namespace WeComSync.Simulator.Faults;

/// <summary>A rule at work.</summary>
public sealed class ActiveFault
{
    private readonly Lock _gate = new();
    private readonly Random _random;

    internal ActiveFault(int id, FaultRule rule)
    {
        Id = id;
        Rule = rule;
        _random = new Random(rule.Seed);
    }

    public int Id { get; }

    public FaultRule Rule { get; }

    /// <summary>Calls that the rule matched so far.</summary>
    public int Matched { get; private set; }

    /// <summary>Calls that it hit.</summary>
    public int Hits { get; private set; }

    internal bool Strikes(string? corpId, string path, string? credential, NamedIds named)
    {
        if (!Rule.Matches(corpId, path, credential, named))
            return false;
        lock (_gate)
        {
            if (++Matched < Rule.FromCall || Hits >= Rule.Times || (Rule.Probability < 1 && _random.NextDouble() >= Rule.Probability))
                return false;
            Hits++;
            return true;
        }
    }
}
