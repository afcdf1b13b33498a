using Npgsql;
using WeComSync.Worker.Commands;

namespace WeComSync.Worker.OperatorConsole;

/// <summary>What the landing page shows: first the tenants that need a person.</summary>
internal sealed class Overview(NpgsqlDataSource dataSource)
{
    /// <summary>Tenants that one page shows.</summary>
    public const int Limit = 200;

    private const string Sql = """
        SELECT t.key, t.name, CASE WHEN t.state = 'active' AND NOT t.enabled THEN 'disabled' ELSE t.state END AS shown, t.stopped_action,
               r.kind, r.state, r.started_at, coalesce(r.held, 0), count(*) OVER ()
        FROM control.tenants t
        LEFT JOIN LATERAL (
            SELECT kind, state, started_at, held FROM control.sync_runs WHERE tenant_id = t.id AND NOT dry_run ORDER BY started_at DESC LIMIT 1) r ON true
        ORDER BY t.state = 'stopped' DESC, coalesce(r.held, 0) > 0 DESC, r.state = 'failed' DESC NULLS LAST, t.key
        LIMIT $1
        """;

    public async Task<(IReadOnlyList<TenantOverview> Tenants, long Total)> LoadAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = Limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tenants = new List<TenantOverview>();
        var total = 0L;
        while (await reader.ReadAsync(ct))
        {
            total = reader.GetInt64(8);
            tenants.Add(new(
                reader.GetString(0),
                PlainText.OneLine(reader.GetString(1)),
                reader.GetString(2),
                Text(reader, 3),
                Text(reader, 4),
                Text(reader, 5),
                reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
                reader.GetInt32(7)));
        }

        return (tenants, total);
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
