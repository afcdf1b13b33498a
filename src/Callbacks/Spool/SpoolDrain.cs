using System.Diagnostics;
using Npgsql;
using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Keys;

namespace WeComSync.Callbacks.Spool;

/// <summary>
/// Moves spooled events into the inbox, the oldest first, and thereby finds out whether PostgreSQL is back: a probe that only reads
/// would call a full disk healthy.
/// </summary>
internal sealed partial class SpoolDrain(
    SpoolFolder folder,
    InboxStatement statement,
    NpgsqlDataSource dataSource,
    SecretKeys secrets,
    Breaker breaker,
    CallbackMetrics metrics,
    ILogger<SpoolDrain> logger) : BackgroundService
{
    /// <summary>The breaker opens at the request's deadline and closes below half of it, so that a slow server does not make it flap.</summary>
    private static readonly TimeSpan Healthy = InboxWriter.Deadline / 2;

    /// <summary>Npgsql gives up earlier; this is for when it does not.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LaterTry = TimeSpan.FromSeconds(2);

    private const int LargestBatch = 256;
    private const int LargestBytes = 4 << 20;

    /// <summary>Files that could not be read for now, and when each is tried again.</summary>
    private readonly Dictionary<string, long> later = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!secrets.IsLoaded || !folder.IsOpen || (folder.Count == 0 && !breaker.IsOpen))
            {
                await Task.Delay(Poll, stoppingToken);
                continue;
            }

            var started = Stopwatch.GetTimestamp();
            try
            {
                await MoveOldestAsync(stoppingToken);
                if (Stopwatch.GetElapsedTime(started) < Healthy)
                {
                    breaker.Close();
                }
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                LogFailed(DatabaseErrors.ReasonOf(failed));
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    private async Task MoveOldestAsync(CancellationToken ct)
    {
        var (names, events) = await ReadOldestAsync(ct);
        if (events.Count == 0)
        {
            await ProbeAsync(ct).WaitAsync(Deadline, ct);
            await Task.Delay(later.Count > 0 ? Poll : TimeSpan.Zero, ct);
            return;
        }

        try
        {
            await StoreAsync(names, events, ct);
        }
        catch (PostgresException refused) when (DatabaseErrors.IsAboutTheData(refused))
        {
            await StoreOneByOneAsync(names, events, ct);
        }
    }

    private async Task<(List<string> Names, List<InboxEvent> Events)> ReadOldestAsync(CancellationToken ct)
    {
        foreach (var (name, _) in later.Where(file => Stopwatch.GetElapsedTime(file.Value) > LaterTry).ToList())
        {
            later.Remove(name);
        }

        var names = new List<string>();
        var events = new List<InboxEvent>();
        var bytes = 0;
        string? obstacle = null;
        var waiting = 0;
        foreach (var name in folder.Oldest(LargestBatch, later))
        {
            try
            {
                var content = folder.Read(name);
                if (await OpenAsync(content, ct) is not { } spooled)
                {
                    folder.SetAside(name, "it is torn, foreign, or protected by keys that this host has not");
                    continue;
                }

                names.Add(name);
                events.Add(spooled);
                bytes += content.Length;
            }
            catch (FileNotFoundException)
            {
                folder.Missing(name);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                // Says nothing about the file: too many are open, the disk has a moment, somebody mends the rights.
                later[name] = Stopwatch.GetTimestamp();
                obstacle ??= unreadable.Message;
                waiting++;
            }

            if (bytes > LargestBytes)
            {
                break;
            }
        }

        if (obstacle is not null)
        {
            LogLater(waiting, obstacle);
        }

        return (names, events);
    }

    /// <summary>A file that does not open may have been protected by a key that another host made since.</summary>
    private async Task<InboxEvent?> OpenAsync(byte[] content, CancellationToken ct)
    {
        if (SpoolFile.Read(secrets.Protector, content) is { } spooled)
        {
            return spooled;
        }

        await secrets.RefreshAsync(ct).WaitAsync(Deadline, ct);
        return SpoolFile.Read(secrets.Protector, content);
    }

    private async Task StoreAsync(List<string> names, List<InboxEvent> events, CancellationToken ct)
    {
        // Not cancelled by the deadline: a late commit makes the next try a duplicate, and no harm.
        await statement.StoreAsync(events, ct).WaitAsync(Deadline, ct);
        folder.Remove(names);
        metrics.Drained(events.Count);
        LogMoved(events.Count, folder.Count);
    }

    private async Task StoreOneByOneAsync(List<string> names, List<InboxEvent> events, CancellationToken ct)
    {
        for (var i = 0; i < events.Count; i++)
        {
            try
            {
                await StoreAsync([names[i]], [events[i]], ct);
            }
            catch (PostgresException refused) when (DatabaseErrors.IsAboutTheData(refused))
            {
                folder.SetAside(names[i], $"PostgreSQL refuses its event of tenant {events[i].TenantId} with {refused.SqlState}");
            }
        }
    }

    private async Task ProbeAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(ct);
    }

    [LoggerMessage(LogLevel.Information, "{Count} spooled events moved into the inbox, {Left} left")]
    private partial void LogMoved(int count, int left);

    [LoggerMessage(LogLevel.Warning, "{Count} spool files cannot be read for now and are tried again: {Reason}")]
    private partial void LogLater(int count, string reason);

    [LoggerMessage(LogLevel.Debug, "Spooled events wait on: {Reason}")]
    private partial void LogFailed(string reason);
}
