using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>
/// Applies a tenant's waiting events until none is left, or until others have their turn. One drain at a time for each tenant, over all
/// processes: a tenant whose WeCom is slow holds one worker and not all of them.
/// </summary>
internal sealed partial class EventDrain(
    EventClaims claims, EventApplier applier, EventFailures failures, EventStorm storm, IDbContextFactory<SyncDbContext> contexts,
    NpgsqlDataSource dataSource, TimeProvider clock, ILogger<EventDrain> logger)
{
    private const int Batch = 500;

    /// <summary>After this a drain gives way: where events keep coming it would never end, and other tenants would wait for its worker.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    /// <returns>What became of it in a few words.</returns>
    public async Task<string> RunAsync(long tenantId, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            await using (var only = await SessionLock.TryTakeAsync(dataSource, AdvisoryLocks.Inbox(tenantId), ct))
            {
                if (only is null)
                {
                    return "another drain of the tenant is at work and takes these events too";
                }

                if (await DrainAsync(tenantId, started, ct) is { } obstacle)
                {
                    return obstacle;
                }
            }

            // Whoever found the lock taken has left: what was stored since the last look is ours.
            if (!await claims.AnyWaitsAsync(tenantId, ct))
            {
                return "nothing waits";
            }

            if (IsOver(started))
            {
                // Without the lock: the new job may begin at once.
                await InboxJobs.QueueAsync(dataSource, [tenantId], ct);
                return "its turn is over; another job goes on with what waits";
            }
        }
    }

    /// <summary>Why a tenant's events must wait.</summary>
    /// <returns>Null if they need not.</returns>
    public static string? ObstacleOf(Tenant? tenant) => tenant switch
    {
        null => "there is no such tenant",
        { Enabled: false } => "the tenant is disabled; its events wait",
        { State: TenantState.Stopped } => $"the tenant is stopped; its events wait: {tenant.StoppedReason} {tenant.StoppedAction}",
        _ when !tenant.Settings.Any(s =>
            s is { Secret: not null, Channel: Channel.Contacts or Channel.Customers } or { Secret: not null, Channel: Channel.App, AgentId: not null }) =>
            $"the tenant's events wait: {new NoCredentialException(tenant.Key).Action}",
        _ => null,
    };

    public async Task<Tenant?> FindTenantAsync(long tenantId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Tenants.AsNoTracking().Include(t => t.Settings).SingleOrDefaultAsync(t => t.Id == tenantId, ct);
    }

    /// <summary>Leaves a tenant alone for a while: WeCom is away or over its limits.</summary>
    public async Task PauseAsync(long tenantId, TimeSpan time, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            INSERT INTO control.inbox_drains (tenant_id, paused_until) VALUES ($1, now() + $2)
            ON CONFLICT (tenant_id) DO UPDATE SET paused_until = EXCLUDED.paused_until
            """);
        command.Add(tenantId, time);
        await command.ExecuteNonQueryAsync(ct);
    }

    private bool IsOver(long started) => clock.GetElapsedTime(started) > Turn;

    /// <returns>Why events are left; null if none is, or if the turn is over.</returns>
    private async Task<string?> DrainAsync(long tenantId, long started, CancellationToken ct)
    {
        if (await IsPausedAsync(tenantId, ct))
        {
            return "WeCom could not be asked a moment ago; the events wait";
        }

        for (var first = true; ; first = false)
        {
            var tenant = await FindTenantAsync(tenantId, ct);
            if (ObstacleOf(tenant) is { } obstacle)
            {
                LogWaits(tenantId, obstacle);
                return obstacle;
            }

            if (first)
            {
                await SetAsideAsync(tenantId, ct);
            }

            if (first && await storm.IsOnAsync(tenantId, ct) && await storm.CalmAsync(tenant!, ct) is { } calmed)
            {
                if (calmed > TimeSpan.Zero)
                {
                    await PauseAsync(tenantId, calmed, ct);
                    return "a sync that stands for the events cannot run now";
                }

                continue;
            }

            await using var claim = await claims.TakeAsync(tenantId, Batch, ct);
            if (claim.Events.Count == 0)
            {
                return null;
            }

            var result = await applier.ApplyAsync(tenant!, claim, claim.Events, ct);
            await failures.FailAsync(claim, result.Failures, ct);
            switch (result.Outcome)
            {
                case ClaimOutcome.Away:
                    await PauseAsync(tenantId, PauseAfterFailure, ct);
                    return "WeCom cannot be asked now; the events wait";
                case ClaimOutcome.Stopped:
                    return "the tenant was stopped; its events wait";
            }

            if (IsOver(started))
            {
                return null;
            }
        }
    }

    /// <summary>Events that were at hand when processes died go on alone.</summary>
    private async Task SetAsideAsync(long tenantId, CancellationToken ct)
    {
        foreach (var suspect in await claims.FindSuspectsAsync(tenantId, ct))
        {
            await using var claim = await claims.TakeOneAsync(tenantId, suspect.Id, ct);
            await failures.FailAsync(
                claim, claim.Events.ToDictionary(e => e.Id, _ => EventTexts.Died.With()), ct);
        }
    }

    private async Task<bool> IsPausedAsync(long tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT EXISTS (SELECT FROM control.inbox_drains WHERE tenant_id = $1 AND paused_until > now())");
        command.Add(tenantId);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Obstacle}")]
    private partial void LogWaits(long tenantId, string obstacle);
}
