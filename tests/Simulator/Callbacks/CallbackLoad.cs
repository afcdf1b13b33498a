using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace WeComSync.Simulator.Callbacks;

/// <summary>Posts prepared events at a steady rate or as fast as they are answered, to see what a receiver can take.</summary>
public sealed record CallbackLoad
{
    /// <summary>Kept alive; each carries one request at a time.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>Events per second. 0: as fast as they are answered.</summary>
    public double Rate { get; init; }

    /// <summary>No event is begun later than this. Null: all are sent.</summary>
    public TimeSpan? Duration { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Of each event, one right after the other.</summary>
    public int Tries { get; init; } = 1;

    /// <summary>So many events are sent first, as fast as they are answered, and not counted: the sender's own first steps are slow.</summary>
    public int WarmUp { get; init; }

    /// <summary>Encrypted create_user events of people who are not there, each different from all others.</summary>
    /// <param name="prefix">Begins their userids. With another prefix the events are others.</param>
    public static SealedCallback[] Prepare(CallbackTarget target, string corpId, int count, string prefix, DateTimeOffset at)
    {
        var events = new SealedCallback[count];
        Parallel.For(0, count, i =>
        {
            events[i] = target.Seal(corpId, ContactEvent.CreateUser($"{prefix}{i}", 1).ToXml(corpId, at), at);
            FindParts(events[i].Address);
        });
        return events;
    }

    /// <summary>
    /// An address finds its parts when it is first asked for one, and keeps them. An old object that is given new ones is looked through
    /// by each collection: they would take thirty milliseconds instead of one, and be taken for the receiver's.
    /// </summary>
    private static void FindParts(Uri address) => _ = address.IdnHost + address.PathAndQuery;

    /// <summary>Sends the events in their order.</summary>
    public async Task<CallbackLoadReport> RunAsync(IReadOnlyList<SealedCallback> events, CancellationToken ct)
    {
        using var post = new CallbackPost(TimeProvider.System, Connections);
        var acknowledged = new ConcurrentBag<string>();
        var outcomes = new ConcurrentBag<(string Status, double Milliseconds)>();
        await Parallel.ForEachAsync(
            events.Take(WarmUp),
            new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = ct },
            async (early, stop) => await post.SendAsync(early, Timeout, stop));
        // What was prepared is old from here on: collecting it while the clock runs would be the sender's delay, not the receiver's.
        GC.Collect();
        var next = WarmUp - 1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(SendAsync, ct)));
        return CallbackLoadReport.Of(outcomes, [.. acknowledged], Stopwatch.GetElapsedTime(started));

        async Task SendAsync()
        {
            while (Interlocked.Increment(ref next) is var index && index < events.Count)
            {
                if (Rate == 0 && Stopwatch.GetElapsedTime(started) > Duration)
                    return;
                var due = Rate == 0 ? Stopwatch.GetElapsedTime(started) : TimeSpan.FromSeconds((index - WarmUp) / Rate);
                if (due > Duration)
                    return;
                // One who is late because the receiver was slow counts from when he was due, or slowness would hide itself.
                if (due - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
                {
                    await Task.Delay(early, ct);
                    due = Stopwatch.GetElapsedTime(started);
                }
                CallbackTry done;
                var tried = 0;
                do
                    done = await post.SendAsync(events[index], Timeout, ct);
                while (!done.IsAcknowledged && ++tried < Tries);
                if (done.IsAcknowledged)
                    acknowledged.Add(events[index].Digest);
                outcomes.Add((done.Status?.ToString(CultureInfo.InvariantCulture) ?? done.Failure!,
                    (Stopwatch.GetElapsedTime(started) - due).TotalMilliseconds));
            }
        }
    }
}
