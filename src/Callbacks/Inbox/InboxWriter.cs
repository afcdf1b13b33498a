using System.Diagnostics;
using System.Threading.Channels;
using WeComSync.Callbacks.Hosting;

namespace WeComSync.Callbacks.Inbox;

/// <summary>
/// Group commit: one writer takes whatever waits when the last transaction ends. No timer: alone, an event is stored at once; under
/// load, batches grow by themselves.
/// </summary>
internal sealed partial class InboxWriter(InboxStatement statement, Breaker breaker, CallbackMetrics metrics, ILogger<InboxWriter> logger)
    : BackgroundService
{
    /// <summary>
    /// How long PostgreSQL may take before an event goes to the spool. Waited for outside Npgsql, whose own time-outs a frozen server
    /// outlasts by seconds.
    /// </summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(700);

    private const int LargestBatch = 256;
    private const int LongestQueue = 4096;

    private readonly Channel<PendingEvent> queue =
        Channel.CreateBounded<PendingEvent>(new BoundedChannelOptions(LongestQueue) { SingleReader = true });

    /// <summary>Stores the event together with whatever else arrives now.</summary>
    /// <returns>
    /// <see cref="KeepResult.NotKept"/> when PostgreSQL did not confirm in time. It may still do so later; the digest then makes
    /// the event that was kept elsewhere a duplicate.
    /// </returns>
    public async Task<KeepResult> StoreAsync(InboxEvent arrived)
    {
        var pending = new PendingEvent(arrived);
        if (breaker.IsOpen || !queue.Writer.TryWrite(pending))
        {
            return KeepResult.NotKept;
        }

        try
        {
            return await pending.Task.WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            pending.Abandon();
            return KeepResult.NotKept;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<PendingEvent>(LargestBatch);
        while (await queue.Reader.WaitToReadAsync(stoppingToken))
        {
            // Behind the requests that have arrived but were not looked at yet: their events come along.
            await Task.Yield();
            while (batch.Count < LargestBatch && queue.Reader.TryRead(out var pending))
            {
                if (!pending.IsAbandoned)
                {
                    batch.Add(pending);
                }
            }

            if (breaker.IsOpen)
            {
                Fail(batch);
            }
            else if (batch.Count > 0)
            {
                await StoreAsync(batch);
            }

            batch.Clear();
        }
    }

    private static void Fail(List<PendingEvent> batch) => batch.ForEach(pending => pending.TrySetResult(KeepResult.NotKept));

    private async Task StoreAsync(List<PendingEvent> batch)
    {
        var started = Stopwatch.GetTimestamp();
        // Not cancelled when the host stops: these requests are still waiting.
        var storing = statement.StoreAsync(batch.ConvertAll(pending => pending.Event), CancellationToken.None);
        try
        {
            var results = await storing.WaitAsync(Deadline);
            metrics.Committed(batch.Count, Stopwatch.GetElapsedTime(started));
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].TrySetResult(results[i]);
            }
        }
        catch (TimeoutException)
        {
            Fail(batch);
            breaker.Trip($"no answer within {Deadline.TotalMilliseconds:0} ms");
            _ = storing.ContinueWith(late => LogLate(late.IsCompletedSuccessfully), TaskScheduler.Default);
        }
        catch (Exception failed) when (DatabaseErrors.IsAboutTheData(failed))
        {
            // One event's fault must not stop the others: the spool's drain tries each alone.
            Fail(batch);
            LogRejected(DatabaseErrors.ReasonOf(failed), batch.Count);
        }
        catch (Exception failed)
        {
            // Whatever it was, the events are not known to be stored, and the spool keeps them.
            Fail(batch);
            breaker.Trip(DatabaseErrors.ReasonOf(failed));
        }
    }

    [LoggerMessage(LogLevel.Information, "A batch whose time was over ended after all; stored: {Stored}. Its events are in the spool too")]
    private partial void LogLate(bool stored);

    [LoggerMessage(LogLevel.Error, "PostgreSQL refused a batch ({Reason}); its {Count} events go to the spool and are tried one by one")]
    private partial void LogRejected(string reason, int count);
}
