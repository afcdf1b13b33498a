using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>
/// Applies a tenant's waiting events until none is left, or until others have their turn. One drain at a time for each tenant and half of
/// its mirror, over all processes: a tenant whose WeCom is slow holds two workers and not all of them, and customers, whose welcome codes
/// live for seconds, do not wait for a storm of the directory.
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
        var customers = await RunAsync(tenantId, MirrorPart.Customers, ct);
        var directory = await RunAsync(tenantId, MirrorPart.Directory, ct);
        return customers == directory ? directory : $"customers: {customers}; directory: {directory}";
    }

    /// <summary>Applies the events of one half of the mirror.</summary>
    /// <returns>What became of it in a few words.</returns>
    public async Task<string> RunAsync(long tenantId, MirrorPart part, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            await using (var only = await SessionLock.TryTakeAsync(dataSource, AdvisoryLocks.Inbox(tenantId, part), ct))
            {
                if (only is null)
                {
                    return "another drain of the tenant is at work and takes these events too";
                }

                if (await DrainAsync(tenantId, part, started, ct) is { } obstacle)
                {
                    return obstacle;
                }
            }

            // Whoever found the lock taken has left: what was stored since the last look is ours.
            if (!await claims.AnyWaitsAsync(tenantId, part, ct))
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
        { Works: false } => "the tenant is disabled; its events wait",
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

    /// <summary>Leaves one half of a tenant alone for a while: WeCom is away or over its limits.</summary>
    private async Task PauseAsync(long tenantId, MirrorPart part, TimeSpan time, CancellationToken ct)
    {
        var column = PausedUntil(part);
        await using var command = dataSource.CreateCommand($"""
            INSERT INTO control.inbox_drains (tenant_id, {column}) VALUES ($1, now() + $2)
            ON CONFLICT (tenant_id) DO UPDATE SET {column} = EXCLUDED.{column}
            """);
        command.Add(tenantId, time);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string PausedUntil(MirrorPart part) => part == MirrorPart.Directory ? "paused_until" : "customers_paused_until";

    private bool IsOver(long started) => clock.GetElapsedTime(started) > Turn;

    /// <returns>Why events are left; null if none is, or if the turn is over.</returns>
    private async Task<string?> DrainAsync(long tenantId, MirrorPart part, long started, CancellationToken ct)
    {
        if (await IsPausedAsync(tenantId, part, ct))
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
                await SetAsideAsync(tenantId, part, ct);
            }

            if (first && part == MirrorPart.Directory && await storm.IsOnAsync(tenantId, ct) && await storm.CalmAsync(tenant!, ct) is { } calmed)
            {
                if (calmed > TimeSpan.Zero)
                {
                    await PauseAsync(tenantId, part, calmed, ct);
                    return "a sync that stands for the events cannot run now";
                }

                continue;
            }

            await using var claim = await claims.TakeAsync(tenantId, part, Batch, ct);
            if (claim.Events.Count == 0)
            {
                return null;
            }

            var result = await applier.ApplyAsync(tenant!, claim, claim.Events, ct);
            await failures.FailAsync(claim, result.Failures, ct);
            switch (result.Outcome)
            {
                case ClaimOutcome.Away:
                    await PauseAsync(tenantId, part, PauseAfterFailure, ct);
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
    private async Task SetAsideAsync(long tenantId, MirrorPart part, CancellationToken ct)
    {
        foreach (var suspect in await claims.FindSuspectsAsync(tenantId, part, ct))
        {
            await using var claim = await claims.TakeOneAsync(tenantId, suspect.Id, ct);
            await failures.FailAsync(
                claim, claim.Events.ToDictionary(e => e.Id, _ => new EventFailure(EventTexts.Died.With(), IsOwn: false)), ct);
        }
    }

    private async Task<bool> IsPausedAsync(long tenantId, MirrorPart part, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT EXISTS (SELECT FROM control.inbox_drains WHERE tenant_id = $1 AND {PausedUntil(part)} > now())");
        command.Add(tenantId);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Obstacle}")]
    private partial void LogWaits(long tenantId, string obstacle);
}
