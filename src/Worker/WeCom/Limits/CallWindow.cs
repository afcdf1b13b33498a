namespace WeComSync.Worker.WeCom.Limits;

/// <summary>
/// At most so many calls in any stretch of time as long as the window. Counted in twelfths, one more than fit into
/// the window, so that no stretch holds more than the limit wherever it begins.
/// </summary>
/// <remarks>The framework's rate limiters know no <see cref="TimeProvider"/>.</remarks>
internal sealed class CallWindow(int limit, TimeSpan window, TimeProvider clock)
{
    private const int Parts = 12;

    private readonly Lock gate = new();
    private readonly int[] counts = new int[Parts + 1];
    private readonly TimeSpan part = window / Parts;
    private readonly long start = clock.GetTimestamp();
    private long current;
    private int total;

    /// <summary>Counts a call and returns zero; or counts nothing and returns how long until it is worth asking again.</summary>
    public TimeSpan Take()
    {
        lock (gate)
        {
            var elapsed = clock.GetElapsedTime(start);
            MoveTo(elapsed.Ticks / part.Ticks);
            if (total < limit)
            {
                counts[current % counts.Length]++;
                total++;
                return TimeSpan.Zero;
            }

            var oldest = current - Parts;
            while (counts[((oldest % counts.Length) + counts.Length) % counts.Length] == 0)
            {
                oldest++;
            }

            return (part * (oldest + counts.Length)) - elapsed;
        }
    }

    private void MoveTo(long now)
    {
        if (now - current > Parts)
        {
            Array.Clear(counts);
            total = 0;
            current = now;
        }

        while (current < now)
        {
            current++;
            ref var leaving = ref counts[current % counts.Length];
            total -= leaving;
            leaving = 0;
        }
    }
}
