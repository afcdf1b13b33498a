namespace WeComSync.Simulator;

/// <summary>The simulator's time: that of another clock, moved forward at will. Tokens, limits and bans live by it.</summary>
public sealed class SimulatorClock(TimeProvider source) : TimeProvider
{
    private long _ahead;

    public override DateTimeOffset GetUtcNow() => source.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
}
