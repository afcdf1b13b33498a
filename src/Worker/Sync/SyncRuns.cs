using System.Globalization;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Sync;

/// <summary>Opens runs, one per tenant and half of the mirror over all hosts, and closes those whose process died.</summary>
internal sealed class SyncRuns(NpgsqlDataSource dataSource, StagingConnections connections, TimeProvider clock)
{
    /// <summary>How often a run says that it lives.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>A run whose heartbeat is older is dead, even if its connection still seems to be there (a network silently cut).</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(45);

    /// <summary>Rows of a dry run's difference that are kept with the run; its counters tell of all.</summary>
    public const int MostPlanned = 5000;

    /// <summary>What PostgreSQL shows as the application's name of a run's session, before the run's number.</summary>
    private const string SessionName = "WeComSync run ";

    /// <summary>How long a lock may be held without a run in the table: while one is opened, or after it was closed.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);

    /// <summary>Host and process, as shown to operators.</summary>
    public static readonly string Owner = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    /// <summary>Opens a run and takes the fence.</summary>
    /// <exception cref="MirrorBusyException">Another live process has this half of the tenant's mirror.</exception>
    public Task<RunSession> BeginAsync(long tenantId, SyncKind kind, SyncTrigger trigger, bool dryRun, CancellationToken ct) =>
        BeginAsync(tenantId, kind, kind == SyncKind.Customers ? MirrorPart.Customers : MirrorPart.Directory, trigger, dryRun, ct);

    /// <summary>Opens a run of one half of the mirror and takes the fence.</summary>
    /// <exception cref="MirrorBusyException">Another live process has this half of the tenant's mirror.</exception>
    public async Task<RunSession> BeginAsync(
        long tenantId, SyncKind kind, MirrorPart part, SyncTrigger trigger, bool dryRun, CancellationToken ct)
    {
        var connection = await connections.OpenAsync(ct);
        try
        {
            await TakeLockAsync(connection, tenantId, part, ct);
            var clockOffset = await DatabaseTime.AheadAsync(connection, clock, ct);
            var run = await OpenAsync(connection, tenantId, kind, part, trigger, dryRun, ct);
            return new RunSession(dataSource, connection, run, clock, clockOffset, Beat, ct);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Takes the lock of the tenant's half, which vanishes with the connection: having it proves that no other run is at work. A session
    /// whose run is dead is ended first, whatever it holds: a frozen process keeps its connection, and a cut network is noticed late.
    /// </summary>
    private async Task TakeLockAsync(NpgsqlConnection connection, long tenantId, MirrorPart part, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (!await connection.ScalarAsync<bool>("SELECT pg_try_advisory_lock($1, $2)", [AdvisoryLocks.Run(part), (int)tenantId], ct))
        {
            var dead = await FindDeadAsync(connection, tenantId, part, ct);
            await connection.ExecuteAsync("""
                SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = $1 AND l.objid::bigint = $2 AND l.objsubid = 2 AND a.datname = current_database()
                  AND (a.application_name = $3 OR a.state_change < now() - $4)
                """, [(long)AdvisoryLocks.Run(part), tenantId, $"{SessionName}{dead}", DeadAfter], ct);
            if (clock.GetElapsedTime(started) > LockPatience)
            {
                throw new RunLockHeldException();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), ct);
        }
    }

    /// <returns>The run whose process died, or 0.</returns>
    /// <exception cref="RunInProgressException">It lives.</exception>
    private static async Task<long> FindDeadAsync(NpgsqlConnection connection, long tenantId, MirrorPart part, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand("""
            SELECT id, owner, started_at, heartbeat_at < now() - $3 FROM control.sync_runs
            WHERE tenant_id = $1 AND part = $2 AND state = 'running'
            """, connection);
        find.Add(tenantId, EnumText.Of(part), DeadAfter);
        await using var reader = await find.ExecuteReaderAsync(ct);
        return !await reader.ReadAsync(ct) ? 0
            : reader.GetBoolean(3) ? reader.GetInt64(0)
            : throw new RunInProgressException(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2));
    }

    private static async Task<SyncRun> OpenAsync(
        NpgsqlConnection connection, long tenantId, SyncKind kind, MirrorPart part, SyncTrigger trigger, bool dryRun, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var partText = EnumText.Of(part);
        await connection.ExecuteAsync(
            "INSERT INTO control.merge_fences (tenant_id, part, fence) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", [tenantId, partText], ct);
        var fence = await connection.ScalarAsync<long>(
            "UPDATE control.merge_fences SET fence = fence + 1 WHERE tenant_id = $1 AND part = $2 RETURNING fence", [tenantId, partText], ct);

        await connection.ExecuteAsync("""
            UPDATE control.sync_runs
            SET state = 'failed', finished_at = now(),
                error = replace(replace($3, '{0}', owner), '{1}', phase),
                action = 'Nothing: the next run ' || CASE part WHEN 'customers' THEN 'goes on from there.' ELSE 'reads everything again.' END
            WHERE tenant_id = $1 AND part = $2 AND state = 'running'
            """, [tenantId, partText, SyncTexts.ProcessEnded.ToString()], ct);

        await using var insert = new NpgsqlCommand("""
            INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, dry_run,
                expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls)
            VALUES ($1, $2, $3, $4, 'running', 'start', $5, $6, now(), now(), $7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
            RETURNING id, started_at, set_config('application_name', $8 || id, false)
            """, connection);
        insert.Add(tenantId, EnumText.Of(kind), partText, EnumText.Of(trigger), Owner, fence, dryRun, SessionName);
        long id;
        DateTimeOffset startedAt;
        await using (var reader = await insert.ExecuteReaderAsync(ct))
        {
            await reader.ReadAsync(ct);
            id = reader.GetInt64(0);
            startedAt = reader.GetFieldValue<DateTimeOffset>(1);
        }

        await transaction.CommitAsync(ct);
        return new SyncRun
        {
            TenantId = tenantId,
            Id = id,
            Kind = kind,
            Part = part,
            Trigger = trigger,
            Owner = Owner,
            Fence = fence,
            StartedAt = startedAt,
            HeartbeatAt = startedAt,
            DryRun = dryRun,
        };
    }

    /// <summary>Whether no run of the tenant's half has ended well before.</summary>
    public static async Task<bool> IsFirstAsync(NpgsqlConnection connection, SyncRun run, CancellationToken ct) =>
        !await connection.ScalarAsync<bool>("""
            SELECT EXISTS (
                SELECT FROM control.sync_runs WHERE tenant_id = $1 AND part = $2 AND state IN ('done', 'partial') AND NOT dry_run AND kind <> 'one_object')
            """, [run.TenantId, EnumText.Of(run.Part)], ct);

    /// <summary>Asks a run to stop; its process does at its next sign of life.</summary>
    /// <param name="runId">Which.</param>
    /// <param name="tenantId">Whose it must be; null: anybody's.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>False if no such run is at work.</returns>
    public async Task<bool> RequestCancelAsync(long runId, long? tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            UPDATE control.sync_runs SET cancel_requested_at = now()
            WHERE id = $1 AND state = 'running' AND ($2::bigint IS NULL OR tenant_id = $2)
            """);
        command.Add(runId, tenantId);
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    /// <summary>Closes a run; inside the merge's transaction when there is one, so that both are true or neither.</summary>
    /// <returns>False if another process had closed it already.</returns>
    public static async Task<bool> CloseAsync(NpgsqlConnection connection, SyncRun run, SyncReport report, CancellationToken ct)
    {
        if (report is { DryRun: true, Planned.Count: > 0 })
        {
            // Before the run is closed: whoever sees it done finds the difference.
            await KeepPlanAsync(connection, run, report.Planned, ct);
        }

        var closed = await connection.ExecuteAsync("""
            UPDATE control.sync_runs
            SET state = $3, finished_at = now(), heartbeat_at = now(), phase = $4, expected = $5, read = $6, failed = $7, api_calls = $8, error = $9,
                action = $10, drift = $11::jsonb
            WHERE tenant_id = $1 AND id = $2 AND state = 'running'
            """,
            [
                run.TenantId, run.Id, EnumText.Of(report.State), run.Phase, run.Expected,
                report.Counts.Count > 0 ? report.Total.Read : run.Read, report.Errors.Count, report.ApiCalls, report.Error, report.Action, SyncJson.Drift(report.Drift),
            ],
            ct);
        if (closed > 0 && report.Counts.Count > 0)
        {
            await SetCountsAsync(connection, run, report.Counts, ct);
        }

        if (closed > 0 && report.Errors.Count > 0)
        {
            await connection.ExecuteAsync("""
                INSERT INTO control.sync_errors (tenant_id, run_id, entity, key, code, message, at)
                SELECT $1, $2, e.entity, e.key, e.code, e.message, now()
                FROM unnest($3::text[], $4::text[], $5::int[], $6::text[]) AS e(entity, key, code, message)
                """,
                [
                    run.TenantId, run.Id, report.Errors.Select(e => e.Entity).ToArray(), report.Errors.Select(e => e.Key).ToArray(),
                    report.Errors.Select(e => e.Code).ToArray(), report.Errors.Select(e => e.Message).ToArray(),
                ],
                ct);
        }

        return closed > 0;
    }

    /// <summary>
    /// Writes what a run has done so far into its row: in the transaction that does it, where a run commits part by part, since it may
    /// not come to its end.
    /// </summary>
    public static Task<int> SetCountsAsync(NpgsqlConnection connection, SyncRun run, IReadOnlyDictionary<string, KindCounts> counts, CancellationToken ct)
    {
        var total = SyncReport.Sum(counts);
        return connection.ExecuteAsync("""
            UPDATE control.sync_runs
            SET created = $3, changed = $4, unchanged = $5, removed = $6, restored = $7, renamed = $8, held = $9, counts = $10::jsonb
            WHERE tenant_id = $1 AND id = $2
            """,
            [
                run.TenantId, run.Id, total.Created, total.Changed, total.Unchanged, total.Removed, total.Restored, total.Renamed, total.Held,
                SyncJson.Counts(counts),
            ],
            ct);
    }

    private static Task<int> KeepPlanAsync(NpgsqlConnection connection, SyncRun run, IReadOnlyCollection<PlannedChange> planned, CancellationToken ct)
    {
        var kept = planned.Take(MostPlanned).ToList();
        return connection.ExecuteAsync("""
            INSERT INTO control.planned_rows (tenant_id, run_id, place, entity, key, name, op, fields)
            SELECT $1, $2, p.place, p.entity, p.key::jsonb, p.name, p.op, p.fields::jsonb
            FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY AS p (entity, key, name, op, fields, place)
            """,
            [
                run.TenantId, run.Id, kept.Select(p => p.Entity).ToArray(), kept.Select(p => p.Key.GetRawText()).ToArray(), kept.Select(p => p.Name).ToArray(),
                kept.Select(p => p.Op).ToArray(), kept.Select(p => SyncJson.Planned(p.Fields)).ToArray(),
            ],
            ct);
    }
}

/// <summary>This half of the tenant's mirror is taken; a little later it may be free.</summary>
internal abstract class MirrorBusyException(string message) : Exception(message);

/// <summary>Another live process runs this half of the tenant's mirror.</summary>
internal sealed class RunInProgressException(long runId, string owner, DateTimeOffset startedAt)
    : MirrorBusyException($"Run {runId} of this tenant is already under way on {owner}, since {startedAt:yyyy-MM-dd HH:mm:ss}Z.")
{
    public long RunId { get; } = runId;
}

/// <summary>Somebody holds the lock of this half of the tenant's mirror although no run is under way.</summary>
internal sealed class RunLockHeldException()
    : MirrorBusyException("Another worker holds this tenant's lock without a run of its own; nothing was changed. Try again in a minute; if it stays so, restart the other workers.");
