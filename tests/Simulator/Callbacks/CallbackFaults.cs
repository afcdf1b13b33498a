namespace WeComSync.Simulator.Callbacks;

/// <summary>What goes wrong with events on their way. The same seed and changes give the same faults.</summary>
public sealed record CallbackFaults
{
    /// <summary>The chance of each event of never being sent, 0 to 1.</summary>
    public double DropProbability { get; init; }

    /// <summary>The chance of each event of being sent several times, 0 to 1.</summary>
    public double DuplicateProbability { get; init; }

    /// <summary>A duplicated event is sent two to this many times, each with tries of its own.</summary>
    public int MostCopies { get; init; } = 2;

    /// <summary>Each copy waits a time between these before its first try.</summary>
    public TimeSpan LeastDelay { get; init; }

    public TimeSpan MostDelay { get; init; }

    /// <summary>Events are gathered up to this many and then shuffled. 0: not.</summary>
    public int ReorderWindow { get; init; }

    /// <summary>Events are gathered up to this many, and then all of them get the same CreateTime and leave together. 0: not.</summary>
    public int BurstSize { get; init; }

    /// <summary>Gathered events leave, even if they are fewer, when nothing has happened for this time.</summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromSeconds(1);

    public int Seed { get; init; } = 1;

    internal int Window => Math.Max(ReorderWindow, BurstSize);

    internal void Validate()
    {
        if (DropProbability is < 0 or > 1 || DuplicateProbability is < 0 or > 1)
            throw new ArgumentException("dropProbability and duplicateProbability must be from 0 to 1.");
        if (MostCopies < 2 || LeastDelay < TimeSpan.Zero || LeastDelay > MostDelay || LongestHold < TimeSpan.Zero)
            throw new ArgumentException("mostCopies must be at least 2, delays not negative, and leastDelay not above mostDelay.");
    }
}
