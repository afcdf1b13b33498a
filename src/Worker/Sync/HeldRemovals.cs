using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Sync.Customers;
using WeComSync.Worker.Sync.Directory;

namespace WeComSync.Worker.Sync;

/// <summary>
/// What a person does with removals that the guard holds. Approving removes nothing by itself: the next run removes what was approved
/// if WeCom still does not return it. Command line and console both come here.
/// </summary>
internal sealed class HeldRemovals(IDbContextFactory<SyncDbContext> contexts, NpgsqlDataSource dataSource)
{
    private static readonly string[] CustomerEntities = [.. CustomerTables.Entities];

    private static readonly string BelongingsSql = $"""
        WITH held AS MATERIALIZED (
            SELECT DISTINCT entity, key FROM control.held_removals WHERE tenant_id = $1 AND decision IN ('pending', 'approved', 'discarded'))
        {string.Join(" UNION ALL ", DirectoryTables.All.Concat(CustomerTables.All).SelectMany(table => table.Owners.Select(owner => Belonging(table, owner))))}
        """;

    /// <summary>What waits for a person, and what a person decided that is not carried out yet, oldest run first.</summary>
    public async Task<IReadOnlyList<HeldRemoval>> ListAsync(long tenantId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.HeldRemovals.AsNoTracking()
            .Where(h => h.TenantId == tenantId && (h.Decision == HeldDecision.Pending || h.Decision == HeldDecision.Approved || h.Decision == HeldDecision.Discarded))
            .OrderBy(h => h.RunId).ThenBy(h => h.Entity).ThenBy(h => h.Key).ToListAsync(ct);
    }

    /// <summary>The departments in which held people are, by user id: what a list of names is recognised by.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DepartmentsAsync(long tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT h.key ->> 'user_id', string_agg(COALESCE(d.name, m.department_id::text), ', ' ORDER BY m.department_id)
            FROM (SELECT DISTINCT key FROM control.held_removals
                  WHERE tenant_id = $1 AND entity = 'user' AND decision IN ('pending', 'approved', 'discarded')) h
            JOIN mirror.user_departments m ON m.tenant_id = $1 AND m.user_id = h.key ->> 'user_id' AND m.removed_at IS NULL
            LEFT JOIN mirror.departments d ON d.tenant_id = $1 AND d.id = m.department_id
            GROUP BY 1
            """);
        command.Add(tenantId);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var departments = new Dictionary<string, string>();
        while (await reader.ReadAsync(ct))
        {
            departments[reader.GetString(0)] = reader.GetString(1);
        }

        return departments;
    }

    /// <summary>
    /// What belongs to each held row, and goes with it: how many live rows of which kind, by <see cref="NameOf"/>. It stays for as long
    /// as its owner is held.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>> BelongingsAsync(long tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(BelongingsSql);
        command.Add(tenantId);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var belongings = new Dictionary<string, IReadOnlyDictionary<string, long>>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            var owner = reader.GetString(0);
            if (!belongings.TryGetValue(owner, out var counts))
            {
                belongings[owner] = counts = new Dictionary<string, long>();
            }

            ((Dictionary<string, long>)counts)[reader.GetString(1)] = reader.GetInt64(2);
        }

        return belongings;
    }

    /// <summary>The runs by whose ids removals of a half can be approved that wait for a person: those that listed them first.</summary>
    public async Task<IReadOnlyList<long>> RunsAsync(long tenantId, MirrorPart part, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT DISTINCT run_id FROM control.held_removals
            WHERE tenant_id = $1 AND decision = 'pending' AND (entity = ANY($2)) = $3 ORDER BY run_id
            """);
        command.Add(tenantId, CustomerEntities, part == MirrorPart.Customers);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var runs = new List<long>();
        while (await reader.ReadAsync(ct))
        {
            runs.Add(reader.GetInt64(0));
        }

        return runs;
    }

    /// <summary>Notes a person's word.</summary>
    /// <param name="tenantId">Whose removals.</param>
    /// <param name="decision"><see cref="HeldDecision.Approved"/> or <see cref="HeldDecision.Discarded"/>.</param>
    /// <param name="runId">Only what waited when this run ended, of the half that it read; null for all runs.</param>
    /// <param name="ids">Only these user ids, department or tag ids, decided before or not; empty for all that nobody decided yet.</param>
    /// <param name="by">Who decided.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>How many removals it was about.</returns>
    public Task<int> DecideAsync(
        long tenantId, HeldDecision decision, long? runId, IReadOnlyCollection<string> ids, string by, CancellationToken ct) =>
        DecideAsync(tenantId, decision, runId, ids, rows: null, by, ct);

    /// <summary>Notes a person's word about single rows.</summary>
    /// <param name="tenantId">Whose removals.</param>
    /// <param name="decision"><see cref="HeldDecision.Approved"/> or <see cref="HeldDecision.Discarded"/>.</param>
    /// <param name="rows">As <see cref="NameOf"/> names them; those of which nobody decided yet.</param>
    /// <param name="by">Who decided.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>How many removals it was about.</returns>
    public Task<int> DecideAsync(long tenantId, HeldDecision decision, IReadOnlyCollection<string> rows, string by, CancellationToken ct) =>
        DecideAsync(tenantId, decision, runId: null, [], [.. rows], by, ct);

    /// <summary>What a single held row is chosen by.</summary>
    public static string NameOf(HeldRemoval removal) => $"{removal.Entity} {removal.Key}";

    private static string Belonging(MirrorTable table, Owner owner) => $"""
        SELECT h.entity || ' ' || h.key::text, '{table.Entity}', count(*)
        FROM held h JOIN {table.Target} m ON m.tenant_id = $1 AND m.{owner.Column} = (h.key ->> '{owner.Table.Key[0].Name}')::{owner.Table.Key[0].SqlType}
        WHERE h.entity = '{owner.Table.Entity}' AND m.removed_at IS NULL GROUP BY 1
        """;

    private async Task<int> DecideAsync(
        long tenantId, HeldDecision decision, long? runId, IReadOnlyCollection<string> ids, string[]? rows, string by, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            UPDATE control.held_removals h SET decision = $2, decided_by = $5, decided_at = now()
            WHERE tenant_id = $1 AND ($6::text[] IS NULL OR entity || ' ' || key::text = ANY($6))
              AND ($3::bigint IS NULL OR EXISTS (
                  SELECT FROM control.sync_runs r
                  WHERE r.tenant_id = $1 AND r.id = $3 AND r.id >= h.run_id AND r.state <> 'running' AND (r.part = $7) = (h.entity = ANY($8))))
              AND CASE WHEN $4::text[] = '{}' THEN decision = 'pending'
                       ELSE decision IN ('pending', 'approved', 'discarded')
                            AND EXISTS (SELECT FROM jsonb_each_text(h.key) AS k WHERE lower(k.value) = ANY($4)) END
            """);
        command.Add(tenantId, EnumText.Of(decision), runId, ids.Select(id => id.ToLowerInvariant()).ToArray(), by, rows,
            EnumText.Of(MirrorPart.Customers), CustomerEntities);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Which tenants have removals that wait and of which the log has not spoken for a day.</summary>
    public async Task<IReadOnlyList<(string Tenant, long Count)>> TakeRemindersAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            WITH taken AS (
                UPDATE control.held_removals SET reminded_at = now()
                WHERE decision = 'pending' AND reminded_at < now() - interval '1 day' RETURNING tenant_id)
            SELECT t.key, count(*) FROM taken JOIN control.tenants t ON t.id = taken.tenant_id GROUP BY t.key ORDER BY t.key
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var waiting = new List<(string, long)>();
        while (await reader.ReadAsync(ct))
        {
            waiting.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return waiting;
    }
}
