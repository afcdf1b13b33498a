using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>Lets one sync stand for many events where that takes fewer calls, as after a batch import.</summary>
internal sealed partial class EventStorm(
    EventClaims claims, EventApplier applier, EventFailures failures, SyncRunner runner, EventMetrics metrics, NpgsqlDataSource dataSource,
    IOptions<InboxOptions> options, ILogger<EventStorm> logger)
{
    private const string IsOnSql = """
        SELECT count(DISTINCT (split_part(change_type, '_', 2), lower(object_key))) > GREATEST($3, COALESCE((
            SELECT r.api_calls FROM control.sync_runs r
            WHERE r.tenant_id = $1 AND r.part = 'directory' AND r.kind = 'full' AND r.state IN ('done', 'partial') AND NOT r.dry_run
            ORDER BY r.finished_at DESC LIMIT 1), 0))
        FROM control.callback_events
        WHERE tenant_id = $1 AND state = 'waiting' AND event = 'change_contact'
          AND id > COALESCE((SELECT storm_tried FROM control.inbox_drains WHERE tenant_id = $1), 0) AND (claimed_by IS NULL OR claimed_at < now() - $2)
        """;

    private static readonly TimeSpan AfterBusy = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(60);

    /// <summary>Whether more objects wait to be read than the last whole sync took calls, of which no sync was tried yet.</summary>
    public async Task<bool> IsOnAsync(long tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(IsOnSql);
        command.Add(tenantId, EventClaims.Lease, options.Value.StormObjects);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>
    /// Runs the sync and ends the events that it stands for: those that were here before it began to list. However it ends, it is tried
    /// once for them.
    /// </summary>
    /// <returns>
    /// Zero: done, what still waits is to be applied one by one. More: try again after that. Null: a sync cannot stand for them.
    /// </returns>
    public async Task<TimeSpan?> CalmAsync(Tenant tenant, CancellationToken ct)
    {
        await using var claim = await claims.TakeAllAsync(tenant.Id, MirrorPart.Directory, ct);
        var renames = claim.Events.Where(e => applier.IsRename(tenant.Id, e)).ToList();
        if (renames.Count > 0)
        {
            var applied = await applier.ApplyAsync(tenant, claim, renames, ct);
            await failures.FailAsync(claim, applied.Failures, ct);
            if (applied.Outcome != ClaimOutcome.Done)
            {
                return AfterFailure;
            }
        }

        try
        {
            LogStorm(tenant.Key, claim.Open.Count);
            var report = await runner.RunAsync(tenant.Id, KindFor(tenant), RequestFor(claim), ct);
            ct.ThrowIfCancellationRequested();
            if (report.State == RunState.Stopped)
            {
                return TimeSpan.Zero;
            }

            await NoteAsync(claim, ct);
            if (report.State == RunState.Done)
            {
                await SupersedeAsync(tenant, claim, report, ct);
                return TimeSpan.Zero;
            }

            // What it missed may be what the events are about.
            LogInVain(tenant.Key, report.RunId, report.State, claim.Open.Count);
            return null;
        }
        catch (MirrorBusyException)
        {
            return AfterBusy;
        }
    }

    private async Task NoteAsync(Claim claim, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            INSERT INTO control.inbox_drains (tenant_id, storm_tried) VALUES ($1, $2)
            ON CONFLICT (tenant_id) DO UPDATE SET storm_tried = EXCLUDED.storm_tried
            """);
        command.Add(claim.TenantId, claim.Events[^1].Id);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>With the company's id list an incremental sync finds all that events tell; without it only a full one does.</summary>
    private static SyncKind KindFor(Tenant tenant) =>
        tenant.Settings.Any(s => s is { Channel: Channel.Contacts, Secret: not null }) ? SyncKind.Incremental : SyncKind.Full;

    /// <summary>Events in full form also tell of what no list of ids shows: those people and tags are read in any case.</summary>
    private static SyncRequest RequestFor(Claim claim)
    {
        IEnumerable<string> Keys(params ReadOnlySpan<ContactChange> changes)
        {
            var wanted = changes.ToArray();
            return claim.Events.Where(e => e.ObjectKey is not null && ContactEvent.ChangeOf(e) is { } change && wanted.Contains(change)).Select(e => e.ObjectKey!);
        }

        return new SyncRequest
        {
            Trigger = SyncTrigger.Event,
            People = [.. Keys(ContactChange.CreateUser, ContactChange.UpdateUser).Distinct(StringComparer.OrdinalIgnoreCase)],
            Tags = [.. Keys(ContactChange.UpdateTag).Select(key => long.TryParse(key, CultureInfo.InvariantCulture, out var id) ? id : 0).Distinct()],
        };
    }

    /// <summary>Where the guard holds removals, an event that says so still proves its own.</summary>
    private async Task SupersedeAsync(Tenant tenant, Claim claim, SyncReport report, CancellationToken ct)
    {
        var open = claim.Open.ToHashSet();
        var covered = claim.Events
            .Where(e => open.Contains(e.Id) && ContactEvent.ChangeOf(e) is { } change && (report.Total.Held == 0 || !ContactEvent.ProvesRemovals(change)))
            .Select(e => e.Id).ToList();
        await claims.EndAsync(claim, covered, EventState.Superseded, null, report.RunId, ct);
        metrics.Count(EventState.Superseded, covered.Count);
        if (report.Total.Held > 0)
        {
            LogHeld(tenant.Key, report.RunId, report.Total.Held, claim.Open.Count);
        }
    }

    [LoggerMessage(LogLevel.Information, "Tenant {Tenant}: a sync takes the place of {Count} events")]
    private partial void LogStorm(string tenant, int count);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant}: run {RunId} ended {State} and cannot stand for {Count} events; they are applied one by one")]
    private partial void LogInVain(string tenant, long runId, RunState state, int count);

    [LoggerMessage(LogLevel.Information, "Tenant {Tenant}: run {RunId} holds {Held} removals; {Count} events, those that prove theirs among them, are applied one by one")]
    private partial void LogHeld(string tenant, long runId, int held, int count);
}
