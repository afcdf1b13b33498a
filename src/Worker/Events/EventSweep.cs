using System.Collections.Concurrent;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Events.Customers;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>
/// Sees to it that every event is applied, whatever became of its job: it finds tenants whose events nobody took and drains them itself, by
/// halves, without the job queue, whose workers take their time after an outage.
/// </summary>
internal sealed partial class EventSweep(
    EventDrain drain, EventClaims claims, EventFailures failures, CustomerNotices notices, ParkedEvents parked, OverflowedInboxes overflowed,
    EventMetrics metrics, NpgsqlDataSource dataSource, TimeProvider clock, ILogger<EventSweep> logger)
    : BackgroundService
{
    private const int DrainsAtOnce = 4;

    /// <summary>What a job needs at most when all is well.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(15);

    /// <summary>Longer than a failed event's job ever waits between two tries.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(2);

    private const string LateSql = """
        SELECT t.id, half.part FROM control.tenants t CROSS JOIN (VALUES ('directory'), ('customers')) AS half(part)
            LEFT JOIN control.inbox_drains d ON d.tenant_id = t.id
        WHERE t.enabled AND t.switched_on AND t.state <> 'stopped'
          AND COALESCE(CASE half.part WHEN 'directory' THEN d.paused_until ELSE d.customers_paused_until END <= now(), true)
          AND EXISTS (SELECT FROM control.wecom_settings s WHERE s.tenant_id = t.id AND s.channel IN ('app', 'contacts', 'customers') AND s.secret IS NOT NULL)
          AND EXISTS (
              SELECT FROM control.callback_events e
              WHERE e.tenant_id = t.id AND e.state = 'waiting' AND (e.event = 'change_contact') = (half.part = 'directory')
                AND (e.claimed_by IS NULL AND e.received_at < now() - $1 OR e.claimed_at < now() - $2))
        ORDER BY random()
        """;

    private const string ForgottenSql = """
        UPDATE control.callback_events e SET claimed_at = now(), claimed_by = NULL
        WHERE e.state = 'failed' AND (e.claimed_by IS NULL AND e.claimed_at < now() - $1 OR e.claimed_by IS NOT NULL AND e.claimed_at < now() - $2 - $2)
        RETURNING e.tenant_id, e.id, COALESCE(e.change_type, e.event), e.object_key
        """;

    private const string CountSql = """
        SELECT tenant_id, count(*), sum(count(*)) OVER ()::bigint FROM control.callback_events WHERE state = 'waiting'
        GROUP BY tenant_id ORDER BY 2 DESC LIMIT 10
        """;

    private readonly ConcurrentDictionary<(long TenantId, MirrorPart Part), Task> running = new();
    private long counted;

    /// <summary>Looks once.</summary>
    /// <returns>The drains that it started, of tenants that it drains not already.</returns>
    public async Task<IReadOnlyList<Task>> RunAsync(CancellationToken ct)
    {
        await notices.ForgetCodesAsync(ct);
        await claims.ReleaseAbandonedAsync(ct);
        await RememberAsync(ct);
        await parked.ReviveAsync(ct);
        await overflowed.OrderSyncsAsync(ct);
        var started = new List<Task>();
        foreach (var late in await FindLateAsync(ct))
        {
            if (running.Count >= DrainsAtOnce)
            {
                break;
            }

            if (!running.ContainsKey(late))
            {
                var task = DrainAsync(late.TenantId, late.Part, ct);
                running[late] = task;
                _ = task.ContinueWith(_ => running.TryRemove(late, out Task? _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                started.Add(task);
            }
        }

        return started;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Interval;
            try
            {
                await RunAsync(stoppingToken);
                await KeepHouseAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                pause = AfterFailure;
                LogFailed(failure, pause.TotalSeconds);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task DrainAsync(long tenantId, MirrorPart part, CancellationToken ct)
    {
        // Leaves the caller's thread at once: the first steps of a drain may find everything ready.
        await Task.Yield();
        try
        {
            LogLate(tenantId, await drain.RunAsync(tenantId, part, ct));
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            LogDrainFailed(failure, tenantId);
        }
        catch (OperationCanceledException)
        {
            // The worker stops; what it had claimed was given back.
        }
    }

    private async Task<IReadOnlyList<(long TenantId, MirrorPart Part)>> FindLateAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(LateSql);
        command.Add(Late, EventClaims.Lease);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var late = new List<(long, MirrorPart)>();
        while (await reader.ReadAsync(ct))
        {
            late.Add((reader.GetInt64(0), EnumText.Parse<MirrorPart>(reader.GetString(1))));
        }

        return late;
    }

    /// <summary>Failed events whose job was deleted, or given up before the event was, get a new one.</summary>
    private async Task RememberAsync(CancellationToken ct)
    {
        var forgotten = new List<(long TenantId, long Id, string Kind, string? Subject)>();
        await using (var command = dataSource.CreateCommand(ForgottenSql))
        {
            command.Add(Forgotten, EventClaims.Lease);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                forgotten.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
            }
        }

        foreach (var (tenantId, id, kind, subject) in forgotten)
        {
            failures.Queue(tenantId, id, kind, subject, TimeSpan.Zero);
        }
    }

    private async Task KeepHouseAsync(CancellationToken ct)
    {
        if (counted == 0 || clock.GetElapsedTime(counted) > BetweenCounts)
        {
            counted = clock.GetTimestamp();
            await CountAsync(ct);
        }
    }

    private async Task CountAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(CountSql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var longest = new List<(long, long)>();
        var total = 0L;
        while (await reader.ReadAsync(ct))
        {
            longest.Add((reader.GetInt64(0), reader.GetInt64(1)));
            total = reader.GetInt64(2);
        }

        metrics.Backlog(total, longest);
    }

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: events waited though nobody was on the way to them; drained: {Result}")]
    private partial void LogLate(long tenantId, string result);

    [LoggerMessage(LogLevel.Warning, "Tenant {TenantId}: late events could not be drained; they are tried again")]
    private partial void LogDrainFailed(Exception failure, long tenantId);

    [LoggerMessage(LogLevel.Warning, "Late events could not be looked for; trying again in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
