namespace WeComSync.TestKit;

/// <summary>The clock of a host that is set wrong, and that a test sets otherwise while it runs. What it measures as durations is right.</summary>
public sealed class JumpingClock : TimeProvider
{
    private long off;

    /// <summary>How far it is ahead of the right time.</summary>
    public TimeSpan Off
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref off));
        set => Interlocked.Exchange(ref off, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Off;
}
