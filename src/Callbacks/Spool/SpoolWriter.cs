using System.Collections.Concurrent;
using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Keys;

namespace WeComSync.Callbacks.Spool;

/// <summary>
/// Keeps events in the spool. Disks block, so one thread of its own does the writing; what arrives meanwhile shares the next flush.
/// </summary>
internal sealed partial class SpoolWriter(SpoolFolder folder, SecretKeys secrets, CallbackMetrics metrics, ILogger<SpoolWriter> logger)
    : BackgroundService
{
    /// <summary>
    /// Beyond this the disk counts as broken and WeCom is asked to come again. WeCom waits five seconds, and the inbox may have had its
    /// share of them before.
    /// </summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private const int LargestBatch = 64;
    private const int LongestQueue = 1024;

    private readonly BlockingCollection<PendingEvent> queue = new(LongestQueue);
    private volatile bool working;

    /// <summary>True when the last write succeeded, or none was needed yet.</summary>
    public bool CanKeep => folder.IsOpen && working;

    /// <returns><see cref="KeepResult.Stored"/> when the event is on disk.</returns>
    public async Task<KeepResult> StoreAsync(InboxEvent arrived)
    {
        var pending = new PendingEvent(arrived);
        if (!folder.IsOpen || !queue.TryAdd(pending))
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

    public override void Dispose()
    {
        queue.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken ct)
    {
        while (!folder.TryOpen())
        {
            if (ct.WaitHandle.WaitOne(Pause))
            {
                return;
            }
        }

        working = true;
        var batch = new List<PendingEvent>(LargestBatch);
        try
        {
            foreach (var first in queue.GetConsumingEnumerable(ct))
            {
                batch.Add(first);
                while (batch.Count < LargestBatch && queue.TryTake(out var next))
                {
                    batch.Add(next);
                }

                batch.RemoveAll(pending => pending.IsAbandoned);
                Write(batch);
                batch.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops; no request is waiting any more.
        }
    }

    private void Write(List<PendingEvent> batch)
    {
        var failures = new string?[batch.Count];
        folder.Write(batch.ConvertAll(pending => SpoolFile.Write(secrets.Protector, pending.Event)), failures);
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].TrySetResult(failures[i] is null ? KeepResult.Stored : KeepResult.NotKept);
        }

        metrics.Spooled(failures.Count(failure => failure is null));
        if (Array.Find(failures, failure => failure is not null) is { } reason)
        {
            if (working)
            {
                LogBroken(reason);
            }

            working = false;
        }
        else if (!working && batch.Count > 0)
        {
            working = true;
            LogWorking();
        }
    }

    [LoggerMessage(LogLevel.Error, "The spool cannot keep events ({Reason}); those that PostgreSQL does not take either are refused with 503")]
    private partial void LogBroken(string reason);

    [LoggerMessage(LogLevel.Information, "The spool keeps events again")]
    private partial void LogWorking();
}
