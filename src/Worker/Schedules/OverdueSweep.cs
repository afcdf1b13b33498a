using Hangfire;
using Npgsql;
using Quartz;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Schedules;

/// <summary>
/// Queues what is overdue: due by a tenant's schedule, but neither claimed in <c>control.scheduled_effects</c> nor waiting. Quartz says
/// when; that it happens does not hang on Quartz, on a trigger's state, or on the moment between trigger and queue.
/// </summary>
/// <remarks>
/// Of several missed runs of one schedule only the newest is queued. What was due before the trigger was set is not overdue: a schedule
/// that is changed at noon starts no sync for last night.
/// </remarks>
internal sealed partial class OverdueSweep(
    TenantSchedules schedules, ISchedulerFactory schedulers, SyncQueue queue, IBackgroundJobClient jobs, NpgsqlDataSource dataSource,
    ILogger<OverdueSweep> logger)
{
    /// <summary>What Quartz and the queue need at most when all is well.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(20);

    /// <summary>What was missed longer ago is left to the next due run.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    /// <returns>How many runs were queued; null if another worker was at it.</returns>
    public async Task<int?> RunAsync(CancellationToken ct)
    {
        await using var only = await SessionLock.TryTakeAsync(dataSource, AdvisoryLocks.OverdueSweep, ct);
        if (only is null)
        {
            return null;
        }

        if (await queue.ReleaseAbandonedAsync(ct) is > 0 and var released)
        {
            LogReleased(released);
        }

        var overdue = await FindAsync(ct);
        if (overdue.Count == 0)
        {
            return 0;
        }

        // Read after the claims: a job that leaves the queue in between has claimed its instant, and its double does no harm.
        overdue.ExceptWith(await queue.WaitingAsync(ct));
        foreach (var (tenantId, kind, instant) in overdue)
        {
            LogOverdue(tenantId, kind, instant.UtcDateTime, jobs.EnqueueSync(tenantId, kind, instant));
        }

        return overdue.Count;
    }

    private async Task<HashSet<(long TenantId, SyncKind Kind, DateTimeOffset Instant)>> FindAsync(CancellationToken ct)
    {
        var triggers = await TriggerReconciliation.StoredAsync(await schedulers.GetScheduler(ct), ct);
        var wanted = await schedules.LoadAsync(ct);
        var (now, claimed) = await LastClaimsAsync(wanted, ct);

        var overdue = new HashSet<(long, SyncKind, DateTimeOffset)>();
        foreach (var schedule in wanted)
        {
            if (triggers.TryGetValue(schedule.Key, out var trigger) && trigger.Description == schedule.Description && schedule.TryRead(out var due))
            {
                var known = Max(now - Grace, trigger.StartTimeUtc, claimed.GetValueOrDefault((schedule.TenantId, schedule.Kind)));
                if (NewestBetween(due, known, now - Late) is { } instant)
                {
                    overdue.Add((schedule.TenantId, schedule.Kind, instant));
                }
            }
        }

        return overdue;
    }

    /// <remarks>Searching back is twenty times as dear as looking forward, and there is hardly ever anything to find.</remarks>
    private static DateTimeOffset? NewestBetween(CronExpression due, DateTimeOffset after, DateTimeOffset before) =>
        due.GetNextValidTimeAfter(after) is { } next && next < before ? due.GetPreviousValidTimeBefore(before) : null;

    private static DateTimeOffset Max(params ReadOnlySpan<DateTimeOffset> times)
    {
        var newest = times[0];
        foreach (var time in times)
        {
            newest = time > newest ? time : newest;
        }

        return newest;
    }

    /// <summary>The newest claimed instant of each schedule, and the database's time: every host agrees on that one.</summary>
    private async Task<(DateTimeOffset Now, Dictionary<(long TenantId, SyncKind Kind), DateTimeOffset> Claimed)> LastClaimsAsync(
        List<TenantSchedule> wanted, CancellationToken ct)
    {
        const string Sql = """
            SELECT s.tenant_id, s.kind, (
                SELECT max(e.instant) FROM control.scheduled_effects e WHERE e.tenant_id = s.tenant_id AND e.kind = s.kind), now()
            FROM unnest($1::bigint[], $2::text[]) AS s (tenant_id, kind)
            """;
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = wanted.Select(schedule => schedule.TenantId).ToArray() });
        command.Parameters.Add(new() { Value = wanted.Select(schedule => EnumText.Of(schedule.Kind)).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var now = default(DateTimeOffset);
        var claimed = new Dictionary<(long, SyncKind), DateTimeOffset>();
        while (await reader.ReadAsync(ct))
        {
            now = reader.GetFieldValue<DateTimeOffset>(3);
            if (!reader.IsDBNull(2))
            {
                claimed.Add((reader.GetInt64(0), EnumText.Parse<SyncKind>(reader.GetString(1))), reader.GetFieldValue<DateTimeOffset>(2));
            }
        }

        return (now, claimed);
    }

    [LoggerMessage(LogLevel.Warning, "Tenant {TenantId}: {Kind} sync due at {Instant:u} was missed by the scheduler; queued now as job {JobId}")]
    private partial void LogOverdue(long tenantId, SyncKind kind, DateTime instant, string jobId);

    [LoggerMessage(LogLevel.Warning, "{Count} jobs of workers that died are queued again")]
    private partial void LogReleased(int count);
}
