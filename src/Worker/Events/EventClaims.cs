using System.Collections.Concurrent;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>
/// Who works on which event. A claim is a lease: it is renewed while its process lives, and whoever finds an old one takes over. Before
/// the work it is counted as if the process died of it, and that is taken back unless it did, so that an event which kills its process
/// does not come back for ever.
/// </summary>
internal sealed class EventClaims(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>A claim that was not renewed for so long belongs to a dead process.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);

    /// <summary>Deaths among others; from then on an event is tried alone, so that it can harm nobody.</summary>
    public const int DeathsInBatch = 2;

    private const string Told = "e.id, e.channel, e.event, e.change_type, e.object_key, e.create_time, e.received_at";

    private const string Columns = $"{Told}, e.tries, e.welcome_code";

    /// <summary>The halves of the mirror are drained each by itself; what nobody knows goes with the customers.</summary>
    private const string IsOfPart = "(event = 'change_contact') = $2";

    private const string Free = "(claimed_by IS NULL OR claimed_at < now() - $3)";

    private const string TakeSql = $"""
        WITH picked AS (
            SELECT id FROM control.callback_events
            WHERE tenant_id = $1 AND {IsOfPart} AND state = 'waiting' AND {Free} AND deaths < $4
            ORDER BY id LIMIT $5 FOR UPDATE SKIP LOCKED)
        UPDATE control.callback_events e SET claimed_at = now(), claimed_by = $6, deaths = e.deaths + $7
        FROM picked WHERE e.tenant_id = $1 AND e.id = picked.id
        RETURNING {Told}, e.tries + 1, e.welcome_code, 'waiting', CASE WHEN $7 > 0 OR e.change_type = 'update_user' THEN e.payload END
        """;

    private const string TakeOneSql = $"""
        WITH picked AS (
            SELECT id, state, tries FROM control.callback_events
            WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'failed', 'parked') AND {Free}
            FOR UPDATE SKIP LOCKED)
        UPDATE control.callback_events e
        SET claimed_at = now(), claimed_by = $4, state = 'failed', applied_at = NULL, parked_by = NULL,
            tries = CASE WHEN picked.state = 'parked' THEN LEAST(e.tries, $5 - 1) ELSE e.tries END + 1
        FROM picked WHERE e.tenant_id = $1 AND e.id = picked.id
        RETURNING {Columns}, picked.state, e.payload
        """;

    private readonly ConcurrentDictionary<string, Claim> abandoned = new();

    /// <summary>Claims the oldest events of one half that wait and nobody works on.</summary>
    public async Task<Claim> TakeAsync(long tenantId, MirrorPart part, int most, CancellationToken ct)
    {
        var name = NewName();
        return await ReadAsync(tenantId, name, TakeSql, [tenantId, IsDirectory(part), Lease, DeathsInBatch, most, name, 1], ClaimKind.Batch, ct);
    }

    /// <summary>
    /// Claims all of one half that wait, for a sync that stands for them. No death is counted, and only changed user ids, which a sync may miss, come
    /// with their payload.
    /// </summary>
    public async Task<Claim> TakeAllAsync(long tenantId, MirrorPart part, CancellationToken ct)
    {
        var name = NewName();
        return await ReadAsync(tenantId, name, TakeSql, [tenantId, IsDirectory(part), Lease, int.MaxValue, int.MaxValue, name, 0], ClaimKind.Storm, ct);
    }

    /// <summary>Claims one event for its own job, also if it was given up before: somebody asked for it then.</summary>
    /// <returns>Empty if it came to its end or another process works on it.</returns>
    public async Task<Claim> TakeOneAsync(long tenantId, long eventId, CancellationToken ct)
    {
        var name = NewName();
        return await ReadAsync(tenantId, name, TakeOneSql, [tenantId, eventId, Lease, name, IEventJob.MaxTries], ClaimKind.Alone, ct);
    }

    /// <summary>The waiting events with which processes died often enough.</summary>
    public async Task<IReadOnlyList<ClaimedEvent>> FindSuspectsAsync(long tenantId, MirrorPart part, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand($"""
            SELECT {Columns}, state, NULL::bytea FROM control.callback_events e
            WHERE tenant_id = $1 AND {IsOfPart} AND state = 'waiting' AND {Free} AND deaths >= $4
            """);
        command.Add(tenantId, IsDirectory(part), Lease, DeathsInBatch);
        return await ReadAsync(command, ct);
    }

    public async Task<bool> AnyWaitsAsync(long tenantId, MirrorPart part, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT EXISTS (SELECT FROM control.callback_events WHERE tenant_id = $1 AND {IsOfPart} AND state = 'waiting' AND {Free})");
        command.Add(tenantId, IsDirectory(part), Lease);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Says that the work goes on.</summary>
    public async Task RenewAsync(Claim claim, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(
            "UPDATE control.callback_events SET claimed_at = now() WHERE tenant_id = $1 AND id = ANY($2) AND claimed_by = $3");
        command.Add(claim.TenantId, claim.Open.ToArray(), claim.Name);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// Ends events as part of the transaction that did their work. Where their objects could be read, those wait again that were given up.
    /// </summary>
    /// <exception cref="ClaimLostException">Another process has taken one of them over: nothing of this may be committed.</exception>
    public static async Task EndAsync(
        NpgsqlConnection connection, Claim claim, IReadOnlyCollection<long> ids, EventState state, string? why, long? runId, CancellationToken ct)
    {
        if (ids.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand($"""
            WITH ended AS (
                UPDATE control.callback_events
                SET state = $4, error = $5, run_id = $6, parked_by = $7, deaths = 0, applied_at = clock_timestamp(), claimed_at = NULL, claimed_by = NULL
                WHERE tenant_id = $1 AND id = ANY($2) AND claimed_by = $3
                RETURNING event, object_key),
            back AS (
                UPDATE control.callback_events p SET {EventReplay.Anew} FROM ended
                WHERE $4 = 'applied' AND p.tenant_id = $1 AND p.state = 'parked' AND p.payload IS NOT NULL
                    AND p.event = ended.event AND p.object_key = ended.object_key)
            SELECT count(*) FROM ended
            """, connection);
        command.Parameters.Add(new() { Value = claim.TenantId });
        command.Parameters.Add(new() { Value = ids.ToArray() });
        command.Parameters.Add(new() { Value = claim.Name });
        command.Parameters.Add(new() { Value = EnumText.Of(state) });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = why });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = runId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = state == EventState.Parked ? ParkedEvents.Release : null });
        if ((long)(await command.ExecuteScalarAsync(ct))! != ids.Count)
        {
            throw new ClaimLostException();
        }
    }

    /// <summary>Ends events whose work needs no transaction.</summary>
    public async Task EndAsync(Claim claim, IReadOnlyCollection<long> ids, EventState state, string? why, long? runId, CancellationToken ct)
    {
        if (ids.Count > 0)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await EndAsync(connection, claim, ids, state, why, runId, ct);
            claim.Close(ids);
        }
    }

    /// <summary>Notes why an event failed, and the try if it was its own fault; its own job goes on with it.</summary>
    public async Task FailAsync(Claim claim, ClaimedEvent failed, EventFailure failure, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            UPDATE control.callback_events SET state = 'failed', error = $4, tries = $5, deaths = 0, claimed_at = now(), claimed_by = NULL
            WHERE tenant_id = $1 AND id = $2 AND claimed_by = $3
            """);
        command.Add(claim.TenantId, failed.Id, claim.Name, failure.Why, failure.IsOwn ? failed.Tries : failed.Tries - 1);
        await command.ExecuteNonQueryAsync(ct);
        claim.Close([failed.Id]);
    }

    /// <summary>Puts back what is not done. What was counted with the claim is taken back: the events were not at fault.</summary>
    public async Task ReleaseAsync(Claim claim, CancellationToken ct)
    {
        if (claim.Open.Count == 0)
        {
            return;
        }

        await using var command = dataSource.CreateCommand("""
            UPDATE control.callback_events SET state = 'waiting', deaths = GREATEST(deaths - $4, 0), tries = GREATEST(tries - $5, 0), claimed_at = NULL, claimed_by = NULL
            WHERE tenant_id = $1 AND id = ANY($2) AND claimed_by = $3
            """);
        command.Add(claim.TenantId, claim.Open.ToArray(), claim.Name, claim.Kind == ClaimKind.Batch ? 1 : 0, claim.Kind == ClaimKind.Alone ? 1 : 0);
        await command.ExecuteNonQueryAsync(ct);
        claim.Close([.. claim.Open]);
    }

    /// <summary>Puts back what is not done as soon as PostgreSQL allows; the sweep tries again.</summary>
    public async Task AbandonAsync(Claim claim)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), clock);
        try
        {
            await ReleaseAsync(claim, patience.Token);
        }
        catch (Exception away) when (away is NpgsqlException or OperationCanceledException)
        {
            abandoned[claim.Name] = claim;
        }
    }

    /// <summary>Releases what could not be released while PostgreSQL was away.</summary>
    public async Task ReleaseAbandonedAsync(CancellationToken ct)
    {
        foreach (var claim in abandoned.Values)
        {
            await ReleaseAsync(claim, ct);
            abandoned.TryRemove(claim.Name, out _);
        }
    }

    private static string NewName() => $"{SyncRuns.Owner}#{Guid.NewGuid():N}";

    private static bool IsDirectory(MirrorPart part) => part == MirrorPart.Directory;

    private async Task<Claim> ReadAsync(long tenantId, string name, string sql, object?[] values, ClaimKind kind, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        var clockOffset = await DatabaseTime.AheadAsync(connection, clock, ct);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Add(values);
        var events = await ReadAsync(command, ct);
        events.Sort((a, b) => a.Id.CompareTo(b.Id));
        return new Claim(this, tenantId, name, events, kind, clockOffset, clock);
    }

    private static async Task<List<ClaimedEvent>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var events = new List<ClaimedEvent>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            events.Add(new ClaimedEvent(
                reader.GetInt64(0),
                EnumText.Parse<EventState>(reader.GetString(9)),
                EnumText.Parse<Channel>(reader.GetString(1)),
                reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetFieldValue<DateTimeOffset>(6),
                reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10),
                reader.GetInt32(7),
                reader.IsDBNull(8) ? null : reader.GetString(8)));
        }

        return events;
    }
}

/// <summary>Another process works on an event of this claim: this one was out of touch for too long.</summary>
internal sealed class ClaimLostException()
    : Exception("Another worker took over events that this one was out of touch with for too long; nothing was written by this one.");
