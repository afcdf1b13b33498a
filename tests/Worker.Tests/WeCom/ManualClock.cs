namespace WeComSync.Worker.Tests.WeCom;

/// <summary>Time that stands still until a test moves it, so that no test sleeps.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private readonly List<(TimeSpan AtLeast, TaskCompletionSource<TimeSpan> Seen)> watchers = [];
    private DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time and fires what became due.</summary>
    public void Advance(TimeSpan by)
    {
        ManualTimer[] due;
        lock (gate)
        {
            now += by;
            due = [.. timers.Where(t => t.DueAt <= now)];
            timers.RemoveAll(t => t.DueAt <= now);
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    /// <summary>Waits until somebody waits at least this long, and tells how long.</summary>
    public Task<TimeSpan> WaitOfAtLeastAsync(TimeSpan atLeast)
    {
        lock (gate)
        {
            var seen = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (timers.Find(t => t.DueAt - now >= atLeast) is { } waiting)
            {
                seen.SetResult(waiting.DueAt - now);
            }
            else
            {
                watchers.Add((atLeast, seen));
            }

            return seen.Task;
        }
    }

    private sealed class ManualTimer(ManualClock clock, Action fire) : ITimer
    {
        public DateTimeOffset DueAt { get; private set; }

        public Action Fire => fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                DueAt = clock.now + dueTime;
                clock.timers.Add(this);
                foreach (var (_, seen) in clock.watchers.Where(w => dueTime >= w.AtLeast))
                {
                    seen.TrySetResult(dueTime);
                }

                clock.watchers.RemoveAll(w => w.Seen.Task.IsCompleted);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
