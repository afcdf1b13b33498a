using System.Collections.Frozen;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Sync;

/// <summary>
/// The one way into the mirror: a transaction that holds the tenant's fence, compares what was staged on this
/// connection with the mirror, and writes the differences and their change records.
/// </summary>
internal sealed class Merge : IAsyncDisposable
{
    /// <summary>
    /// Removals that needed nobody's word, over all runs of a day and whatever became of them: nine percent six times are no less than half.
    /// </summary>
    private const string RecentlyRemoved = """
        SELECT COALESCE(sum((counts -> $2 ->> 'guarded')::bigint), 0)::bigint FROM control.sync_runs
        WHERE tenant_id = $1 AND started_at > now() - interval '24 hours' AND NOT dry_run
        """;

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly bool ofEvents;
    private readonly Dictionary<string, KindCounts> counts = [];
    private readonly List<MirrorTable> compared = [];
    private readonly HashSet<MirrorTable> removing = [];

    private Merge(NpgsqlConnection connection, NpgsqlTransaction transaction, long tenantId, bool ofEvents, string cause)
    {
        this.connection = connection;
        this.transaction = transaction;
        this.ofEvents = ofEvents;
        TenantId = tenantId;
        Cause = cause;
    }

    public long TenantId { get; }

    /// <summary><c>run:ID</c> or <c>event:ID</c>, as the change feed shows it.</summary>
    public string Cause { get; }

    /// <summary>By entity; complete after <see cref="ApplyAsync"/> or <see cref="CountAsync(CancellationToken)"/>.</summary>
    public IReadOnlyDictionary<string, KindCounts> Counts => counts;

    /// <summary>The tables that were compared, in that order.</summary>
    public IReadOnlyList<MirrorTable> Compared => compared;

    /// <summary>Opens the transaction and waits for the tenant's other merges.</summary>
    /// <param name="connection">Carries the staging tables.</param>
    /// <param name="tenantId">Whose mirror.</param>
    /// <param name="part">Which half.</param>
    /// <param name="fence">
    /// The run's number; null for events, which any run may precede or follow: their merge dates also what it finds unchanged, and
    /// takes the cause of each object's changes from <c>causes</c>.
    /// </param>
    /// <param name="cause">See <see cref="Cause"/>.</param>
    /// <param name="ct">Stops the merge; nothing is written then.</param>
    /// <exception cref="RunSupersededException">A newer run has taken the fence.</exception>
    public static async Task<Merge> BeginAsync(
        NpgsqlConnection connection, long tenantId, MirrorPart part, long? fence, string cause, CancellationToken ct)
    {
        var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            // Sorts and hashes of a whole company stay in memory.
            // Another merge of the tenant may take longer than a session waits for other locks.
            await connection.ExecuteAsync("SET LOCAL work_mem = '64MB'; SET LOCAL lock_timeout = '60s'", [], ct);
            var current = await connection.ScalarAsync<long>(
                """
                INSERT INTO control.merge_fences AS f (tenant_id, part, fence) VALUES ($1, $2, 0)
                ON CONFLICT (tenant_id, part) DO UPDATE SET fence = f.fence RETURNING fence
                """,
                [tenantId, EnumText.Of(part)],
                ct);
            return fence is { } own && own != current
                ? throw new RunSupersededException()
                : new Merge(connection, transaction, tenantId, fence is null, cause);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one statement; <c>$1</c>, where it occurs, is the tenant.</summary>
    public Task<int> ExecuteAsync(string sql, CancellationToken ct) =>
        connection.ExecuteAsync(sql, sql.Contains("$1", StringComparison.Ordinal) ? [TenantId] : [], ct);

    public NpgsqlCommand Command(string sql) => new(sql, connection, transaction) { CommandTimeout = 0 };

    /// <summary>Finds what is new, back or different in one table.</summary>
    public Task CompareAsync(MirrorTable table, CancellationToken ct) => CompareAsync(table, FrozenSet<string>.Empty, ct);

    /// <summary>Finds what is new, back or different in one table.</summary>
    /// <param name="table">What was staged.</param>
    /// <param name="withheld">Columns that WeCom hides from this tenant; the mirror keeps what it has there.</param>
    /// <param name="ct">Stops the merge.</param>
    public Task CompareAsync(MirrorTable table, IReadOnlySet<string> withheld, CancellationToken ct) => CompareAsync(table, withheld, known: null, ct);

    /// <summary>Finds what is new, back or different in a part of one table.</summary>
    /// <param name="table">What was staged.</param>
    /// <param name="known">SQL for the rows of the mirror that the stage can be about; <c>$1</c> is the tenant.</param>
    /// <param name="ct">Stops the merge.</param>
    public Task ComparePartAsync(MirrorTable table, string known, CancellationToken ct) => CompareAsync(table, FrozenSet<string>.Empty, known, ct);

    private async Task CompareAsync(MirrorTable table, IReadOnlySet<string> withheld, string? known, CancellationToken ct)
    {
        // Of the key alone: the rest of a wide row would cost as much as the comparison.
        await ExecuteAsync($"ANALYZE {table.Stage} ({string.Join(", ", table.Key.Select(c => c.Name))})", ct);
        await ExecuteAsync(MirrorSql.FindDifference(table, withheld, touch: ofEvents, known), ct);
        compared.Add(table);
    }

    /// <summary>
    /// Adds the rows whose absence from the stage proves that they are gone; holds them if they are too many, or if the stage has none
    /// at all. What belongs to a held row stays.
    /// </summary>
    /// <param name="table">A table that was compared.</param>
    /// <param name="scope">SQL over the mirror row <c>m</c>: where absence proves something; null if nowhere.</param>
    /// <param name="listedAt">When the listing began.</param>
    /// <param name="guard">Null where nobody need be asked.</param>
    /// <param name="ct">Stops the merge.</param>
    /// <returns>Whether rows are missing only because the stage has none at all, which a person must confirm.</returns>
    public async Task<bool> RemoveAsync(MirrorTable table, string? scope, DateTimeOffset listedAt, RemovalGuard? guard, CancellationToken ct)
    {
        if (scope is null)
        {
            return false;
        }

        var proved = string.Concat(table.Owners.Where(o => o.Keeps).Select(o => $" AND NOT {MirrorSql.Kept(o)}"));
        if (await connection.ExecuteAsync(MirrorSql.AddRemovals(table, $"({scope}){proved}"), [TenantId, listedAt], ct) == 0)
        {
            return false;
        }

        removing.Add(table);
        var nothingRead = table.EmptyIsNoProof && !await connection.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM {table.Stage})", [], ct);
        await GuardAsync(table, nothingRead && guard is not null ? guard with { AsksAlways = true } : guard, ct);
        return nothingRead;
    }

    /// <summary>Adds the rows whose owner this merge removes.</summary>
    /// <param name="table">A table that was compared, as its owners were, and judged before it is.</param>
    /// <param name="ct">Stops the merge.</param>
    public async Task RemoveAlongAsync(MirrorTable table, CancellationToken ct)
    {
        foreach (var owner in table.Owners.Where(o => removing.Contains(o.Table)))
        {
            await ExecuteAsync(MirrorSql.AddAlong(table, owner), ct);
        }
    }

    /// <summary>Removes rows that are known to be gone, without a listing that lacks them.</summary>
    /// <param name="table">A table that was compared.</param>
    /// <param name="gone">See <see cref="MirrorSql.AddKnownRemovals"/>; <c>$1</c> is the tenant.</param>
    /// <param name="ct">Stops the merge.</param>
    public Task RemoveKnownAsync(MirrorTable table, string gone, CancellationToken ct) => RemoveKnownAsync(table, gone, guard: null, ct);

    /// <summary>Removes rows that are known to be gone, without a listing that lacks them; holds them if they are too many.</summary>
    /// <param name="table">A table that was compared.</param>
    /// <param name="gone">See <see cref="MirrorSql.AddKnownRemovals"/>; <c>$1</c> is the tenant.</param>
    /// <param name="guard">Null where nobody need be asked.</param>
    /// <param name="ct">Stops the merge.</param>
    public async Task RemoveKnownAsync(MirrorTable table, string gone, RemovalGuard? guard, CancellationToken ct)
    {
        if (await ExecuteAsync(MirrorSql.AddKnownRemovals(table, gone), ct) > 0)
        {
            removing.Add(table);
            await GuardAsync(table, guard, ct);
        }
    }

    /// <summary>Writes every difference, its change record, and the list of held removals.</summary>
    public async Task ApplyAsync(long runId, CancellationToken ct)
    {
        foreach (var table in compared)
        {
            await WriteIfAsync(table.Beside is not null, MirrorSql.DropWritten(table), ct);
            var kind = await CountAsync(table, ct);
            await WriteIfAsync(kind.Created > 0, MirrorSql.Insert(table), ct);
            await WriteIfAsync(kind.Changed + kind.Restored > 0 || table.Beside is not null, MirrorSql.Update(table), ct);
            await WriteIfAsync(kind.Removed + kind.RemovedAlong > 0, MirrorSql.Remove(table), ct);
            await WriteIfAsync(ofEvents, MirrorSql.Touch(table), ct);
            if (kind.Changes > 0)
            {
                var before = await ReserveChangesAsync(kind.Changes, ct);
                await connection.ExecuteAsync(MirrorSql.RecordChanges(table, ofEvents), [TenantId, before, Cause], ct);
            }

            if (kind.Held > 0)
            {
                await connection.ExecuteAsync(MirrorSql.RecordHeld(table), [TenantId, runId], ct);
            }
        }

        await SettleHeldAsync(ct);
    }

    /// <summary>Counts what <see cref="ApplyAsync"/> would write, which counts by itself.</summary>
    public async Task CountAsync(CancellationToken ct)
    {
        foreach (var table in compared)
        {
            await CountAsync(table, ct);
        }
    }

    /// <summary>The last number of the change feed before this merge's own; null as long as it has written none.</summary>
    public long? ChangesBefore { get; private set; }

    /// <summary>Takes the next numbers of the change feed; the row stays locked until the commit, so they appear in order.</summary>
    /// <returns>The last number given out before.</returns>
    public async Task<long> ReserveChangesAsync(int count, CancellationToken ct)
    {
        var before = await connection.ScalarAsync<long>(
            """
            INSERT INTO control.change_counters AS c (tenant_id, last_seq) VALUES ($1, $2)
            ON CONFLICT (tenant_id) DO UPDATE SET last_seq = c.last_seq + $2 RETURNING last_seq - $2
            """,
            [TenantId, (long)count],
            ct);
        ChangesBefore ??= before;
        return before;
    }

    /// <summary>Counts rows that were written beside the differences, such as renames.</summary>
    public void Count(string entity, KindCounts more) => counts[entity] = counts.GetValueOrDefault(entity, new KindCounts()) + more;

    public Task CommitAsync(CancellationToken ct) => transaction.CommitAsync(ct);

    public ValueTask DisposeAsync() => transaction.DisposeAsync();

    private async Task<KindCounts> CountAsync(MirrorTable table, CancellationToken ct)
    {
        await using var count = Command(MirrorSql.CountDifference(table));
        await using var reader = await count.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var kind = new KindCounts
        {
            Created = (int)reader.GetInt64(0),
            Changed = (int)reader.GetInt64(1),
            Restored = (int)reader.GetInt64(2),
            Removed = (int)reader.GetInt64(3),
            Held = (int)reader.GetInt64(4),
            Read = (int)reader.GetInt64(5),
            RemovedAlong = (int)reader.GetInt64(6),
        };
        Count(table.Entity, kind);
        return kind;
    }

    /// <summary>Holds what nobody approved, if it is too much together with what the guard let through in the last 24 hours.</summary>
    private async Task GuardAsync(MirrorTable table, RemovalGuard? guard, CancellationToken ct)
    {
        var decided = await AreDecidedAsync(ct);
        if (decided)
        {
            await ExecuteAsync(MirrorSql.DropDiscarded(table), ct);
        }

        if (guard is null)
        {
            return;
        }

        var unapproved = await connection.ScalarAsync<long>(MirrorSql.CountUnapproved(table), [TenantId], ct);
        var recent = await connection.ScalarAsync<long>(RecentlyRemoved, [TenantId, table.Entity], ct);
        if (guard.Allows(unapproved + recent, await LiveAsync(table, ct) + recent))
        {
            var waiting = decided ? await ExecuteAsync(MirrorSql.HoldPending(table), ct) : 0;
            Count(table.Entity, new KindCounts { Guarded = (int)unapproved - waiting });
        }
        else
        {
            await ExecuteAsync(MirrorSql.HoldRemovals(table), ct);
        }
    }

    private Task<bool> AreDecidedAsync(CancellationToken ct) => connection.ScalarAsync<bool>(
        "SELECT EXISTS (SELECT FROM control.held_removals WHERE tenant_id = $1 AND decision IN ('pending', 'approved', 'discarded'))", [TenantId], ct);

    private Task<long> LiveAsync(MirrorTable table, CancellationToken ct) => connection.ScalarAsync<long>(
        $"SELECT count(*) FROM {table.Target} WHERE tenant_id = $1 AND removed_at IS NULL", [TenantId], ct);

    private async Task WriteIfAsync(bool needed, string sql, CancellationToken ct)
    {
        if (needed)
        {
            await ExecuteAsync(sql, ct);
        }
    }

    /// <summary>A held removal is settled when its row was removed after all, or seen again.</summary>
    private async Task SettleHeldAsync(CancellationToken ct)
    {
        if (!await AreDecidedAsync(ct))
        {
            return;
        }

        foreach (var table in compared)
        {
            await ExecuteAsync(MirrorSql.SettleHeld(table), ct);
        }
    }
}

/// <summary>A newer run has taken the tenant's fence: whatever this one read is not written.</summary>
internal sealed class RunSupersededException()
    : Exception(SyncTexts.Superseded.With());
