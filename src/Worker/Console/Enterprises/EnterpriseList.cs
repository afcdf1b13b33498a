using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WebConsole.Enterprises;

/// <summary>Reads the operators' list of enterprises, by key, a page at a time.</summary>
internal sealed class EnterpriseList(NpgsqlDataSource dataSource)
{
    private const int Size = 50;

    // The page is cut before anything is counted, and each table is read once for all of the page: 10,000 enterprises cost what 50 do.
    private static readonly string Sql = $"""
        WITH page AS MATERIALIZED (
            SELECT id, key, name, stopped_code, enabled,
                   CASE WHEN state = 'stopped' THEN 'stopped' WHEN NOT enabled THEN 'disabled' WHEN NOT switched_on THEN 'switched_off' ELSE state END AS shown
            FROM control.tenants
            WHERE ($1 = '' OR key ILIKE $2 OR name ILIKE $2 OR corp_id ILIKE $2) AND key > $4
              AND CASE $3 WHEN 'active' THEN enabled AND switched_on AND state = 'active' WHEN 'slowed' THEN enabled AND switched_on AND state = 'slowed'
                  WHEN 'disabled' THEN NOT enabled AND state <> 'stopped'
                  WHEN 'switched_off' THEN enabled AND NOT switched_on AND state <> 'stopped' WHEN 'stopped' THEN state = 'stopped'
                  WHEN 'held' THEN EXISTS (SELECT FROM control.held_removals h WHERE h.tenant_id = id AND h.decision = 'pending') ELSE true END
            ORDER BY key LIMIT $5),
        people AS (
            SELECT tenant_id, count(*) AS live FROM mirror.users
            WHERE tenant_id = ANY (ARRAY(SELECT id FROM page)) AND removed_at IS NULL GROUP BY tenant_id),
        departments AS (
            SELECT tenant_id, count(*) AS live FROM mirror.departments
            WHERE tenant_id = ANY (ARRAY(SELECT id FROM page)) AND removed_at IS NULL GROUP BY tenant_id)
        SELECT t.key, t.name, t.shown, t.stopped_code, coalesce(u.live, 0), coalesce(d.live, 0),
               {GoodRuns.LastSql("t.id", MirrorPart.Directory, MirrorPart.Customers)},
               (SELECT max(a.last_at) FROM control.callback_attempts a WHERE a.tenant_id = t.id AND a.outcome IN ('accepted', 'duplicate', 'verified')),
               (SELECT count(*) FROM control.held_removals h WHERE h.tenant_id = t.id AND h.decision = 'pending'),
               t.enabled
        FROM page t LEFT JOIN people u ON u.tenant_id = t.id LEFT JOIN departments d ON d.tenant_id = t.id
        ORDER BY t.key
        """;

    public async Task<long> CountAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("SELECT count(*) FROM control.tenants");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <param name="query">Part of a key, name or corp id; empty for all.</param>
    /// <param name="state">One of active, slowed, stopped, disabled, switched_off and held; anything else for all.</param>
    /// <param name="after">The last key of the page before; null for the first page.</param>
    /// <param name="ct">The visitor left.</param>
    /// <returns>The page, and where the next begins.</returns>
    public async Task<(IReadOnlyList<EnterpriseRow> Rows, string? Next)> ReadAsync(string query, string state, string? after, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Add(query, LikePattern.Containing(query), state, after ?? "", Size + 1);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<EnterpriseRow>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetInt32(3), reader.GetInt64(4), reader.GetInt64(5),
                reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7), reader.GetInt64(8),
                reader.GetBoolean(9)));
        }

        return rows.Count > Size ? ([.. rows.Take(Size)], rows[Size - 1].Key) : (rows, null);
    }
}

/// <summary>One line of the list.</summary>
/// <param name="Key">The enterprise's name in addresses and on command lines.</param>
/// <param name="Name">As its administrators wrote it.</param>
/// <param name="State">active, slowed, stopped, disabled or switched_off.</param>
/// <param name="StoppedCode">WeCom's errcode, where one stopped it.</param>
/// <param name="People">Live employees in the mirror.</param>
/// <param name="Departments">Live departments in the mirror.</param>
/// <param name="LastGood">When the last good run ended.</param>
/// <param name="LastCallback">When WeCom was last heard of.</param>
/// <param name="Held">Removals that wait for a person.</param>
/// <param name="Enabled">The operator's switch.</param>
internal sealed record EnterpriseRow(
    string Key, string Name, string State, int? StoppedCode, long People, long Departments, DateTimeOffset? LastGood, DateTimeOffset? LastCallback, long Held,
    bool Enabled);
