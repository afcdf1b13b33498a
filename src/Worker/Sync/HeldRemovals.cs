using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Sync;

/// <summary>
/// What a person does with removals that the guard holds. Approving removes nothing by itself: the next run removes what was approved
/// if WeCom still does not return it. Command line and console both come here.
/// </summary>
internal sealed class HeldRemovals(IDbContextFactory<SyncDbContext> contexts, NpgsqlDataSource dataSource)
{
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

    /// <summary>Notes a person's word.</summary>
    /// <param name="tenantId">Whose removals.</param>
    /// <param name="decision"><see cref="HeldDecision.Approved"/> or <see cref="HeldDecision.Discarded"/>.</param>
    /// <param name="runId">Only what this run held; null for all runs.</param>
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

    private async Task<int> DecideAsync(
        long tenantId, HeldDecision decision, long? runId, IReadOnlyCollection<string> ids, string[]? rows, string by, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            UPDATE control.held_removals h SET decision = $2, decided_by = $5, decided_at = now()
            WHERE tenant_id = $1 AND ($3::bigint IS NULL OR run_id = $3) AND ($6::text[] IS NULL OR entity || ' ' || key::text = ANY($6))
              AND CASE WHEN $4::text[] = '{}' THEN decision = 'pending'
                       ELSE decision IN ('pending', 'approved', 'discarded')
                            AND EXISTS (SELECT FROM jsonb_each_text(h.key) AS k WHERE lower(k.value) = ANY($4)) END
            """);
        command.Add(tenantId, EnumText.Of(decision), runId, ids.Select(id => id.ToLowerInvariant()).ToArray(), by, rows);
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
