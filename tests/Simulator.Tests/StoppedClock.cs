namespace WeComSync.Simulator.Tests;

/// <summary>Stands still, so that no minute ends by itself.</summary>
internal sealed class StoppedClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
}
