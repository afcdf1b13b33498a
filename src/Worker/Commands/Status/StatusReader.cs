using Microsoft.EntityFrameworkCore;
using Quartz;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Schedules;

namespace WeComSync.Worker.Commands.Status;

/// <summary>Reads what <c>status</c> shows.</summary>
internal sealed class StatusReader(IDbContextFactory<SyncDbContext> contexts, TimeProvider clock)
{
    public async Task<StatusReport> ReadAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return new(
            await ReadJobsAsync(db, ct), await ReadSchedulesAsync(db, ct), await ReadRunningAsync(db, ct), await ReadHeldAsync(db, ct),
            await ReadCallbacksAsync(db, ct), await ReadRestsAsync(db, ct));
    }

    private static async Task<JobsStatus?> ReadJobsAsync(SyncDbContext db, CancellationToken ct)
    {
        if (!await db.Database.SqlQuery<bool>($"SELECT to_regclass('hangfire.jobqueue') IS NOT NULL AS \"Value\"").SingleAsync(ct))
        {
            return null;
        }

        var queues = await db.Database.SqlQuery<QueueStatus>($"""
            SELECT queue, count(*) FILTER (WHERE fetchedat IS NULL) AS waiting, count(*) FILTER (WHERE fetchedat IS NOT NULL) AS taken
            FROM hangfire.jobqueue GROUP BY queue ORDER BY queue
            """).ToListAsync(ct);
        var states = await db.Database.SqlQuery<StateCount>($"""
            SELECT statename AS state, count(*) AS jobs FROM hangfire.job WHERE statename IN ('Failed', 'Scheduled') GROUP BY statename
            """).ToDictionaryAsync(count => count.State, count => count.Jobs, ct);
        return new(queues, states.GetValueOrDefault("Failed"), states.GetValueOrDefault("Scheduled"));
    }

    private async Task<IReadOnlyList<ScheduleStatus>> ReadSchedulesAsync(SyncDbContext db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var tenants = await db.Tenants.AsNoTracking().Include(tenant => tenant.Schedules).OrderBy(tenant => tenant.Key).ToListAsync(ct);
        return
        [
            .. from tenant in tenants
               from schedule in tenant.Schedules.OrderBy(schedule => schedule.Kind)
               select new ScheduleStatus(tenant.Key, schedule.Kind, schedule.Cron, tenant.TimeZone, NextDue(tenant, schedule, now)),
        ];
    }

    private static DateTimeOffset? NextDue(Tenant tenant, Schedule schedule, DateTimeOffset now) =>
        tenant is { Works: true, State: not TenantState.Stopped }
        && TimeZoneInfo.TryFindSystemTimeZoneById(tenant.TimeZone, out var zone)
        && CronExpression.TryParse(ScheduleDefaults.Effective(tenant.Id, schedule.Kind, schedule.Cron), out var cron)
            ? cron.WithTimeZone(zone).GetNextValidTimeAfter(now)
            : null;

    private static async Task<IReadOnlyList<RunningStatus>> ReadRunningAsync(SyncDbContext db, CancellationToken ct)
    {
        var runs = await (
            from run in db.SyncRuns
            join tenant in db.Tenants on run.TenantId equals tenant.Id
            where run.State == RunState.Running
            orderby tenant.Key, run.Id
            select new { tenant.Key, Run = run }).AsNoTracking().ToListAsync(ct);
        return [.. runs.Select(r => new RunningStatus(r.Key, r.Run.Phase, r.Run.Owner, r.Run.HeartbeatAt, r.Run.Expected, RunOverview.Of(r.Run)))];
    }

    private static async Task<IReadOnlyList<HeldStatus>> ReadHeldAsync(SyncDbContext db, CancellationToken ct)
    {
        var held = await (
            from removal in db.HeldRemovals
            join run in db.SyncRuns on new { removal.TenantId, Id = removal.RunId } equals new { run.TenantId, run.Id }
            join tenant in db.Tenants on removal.TenantId equals tenant.Id
            where removal.Decision == HeldDecision.Pending
            group removal by new { Tenant = tenant.Key, Run = run.Id, run.Kind, run.StartedAt, removal.Entity } into removals
            orderby removals.Key.Tenant, removals.Key.Run, removals.Key.Entity
            select new { removals.Key.Tenant, removals.Key.Run, removals.Key.Kind, removals.Key.StartedAt, removals.Key.Entity, Count = removals.Count() })
            .ToListAsync(ct);
        return
        [
            .. held.GroupBy(row => new { row.Tenant, row.Run, row.Kind, row.StartedAt }).Select(run => new HeldStatus(
                run.Key.Tenant, run.Key.Run, run.Key.Kind, run.Key.StartedAt, run.ToDictionary(row => row.Entity, row => row.Count))),
        ];
    }

    private static async Task<IReadOnlyList<CallbackStatus>> ReadCallbacksAsync(SyncDbContext db, CancellationToken ct) =>
        await db.Database.SqlQuery<CallbackStatus>($"""
            SELECT t.key AS tenant, waiting.events AS waiting, waiting.since AS waiting_since, unhappy.failed, unhappy.parked,
                   latest.received_at AS last_received_at, latest.lag AS lag_seconds
            FROM control.tenants t
                CROSS JOIN LATERAL (
                    SELECT count(*) AS events, min(received_at) AS since FROM control.callback_events
                    WHERE tenant_id = t.id AND state = 'waiting') waiting
                CROSS JOIN LATERAL (
                    SELECT count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'parked') AS parked
                    FROM control.callback_events WHERE tenant_id = t.id AND state IN ('failed', 'parked')) unhappy
                CROSS JOIN LATERAL (
                    SELECT max(received_at) AS received_at,
                           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM applied_at - received_at)::float8)
                               FILTER (WHERE state = 'applied') AS lag
                    FROM (SELECT received_at, applied_at, state FROM control.callback_events
                          WHERE tenant_id = t.id ORDER BY id DESC LIMIT 100) newest) latest
            WHERE latest.received_at IS NOT NULL
            ORDER BY t.key
            """).ToListAsync(ct);

    private static async Task<IReadOnlyList<CustomerRestStatus>> ReadRestsAsync(SyncDbContext db, CancellationToken ct) =>
        await db.Database.SqlQuery<CustomerRestStatus>($"""
            SELECT t.key AS tenant, r.since, r.looked_at, r.code, r.reason, r.action
            FROM control.customer_rests r JOIN control.tenants t ON t.id = r.tenant_id
            WHERE t.enabled AND t.switched_on AND t.state <> 'stopped' ORDER BY t.key
            """).ToListAsync(ct);

    private sealed record StateCount(string State, long Jobs);
}
