using System.Text.Json.Nodes;
using Npgsql;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;
using WeComSync.Worker.Sync.Directory;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>The tables of schema <c>mirror</c> and their live rows, with every column that is not our own book-keeping.</summary>
internal static class MirrorTables
{
    /// <summary>What WeCom does not tell: no truth says it.</summary>
    private const string Own = "ARRAY['tenant_id', 'ref', 'created_at', 'changed_at', 'fetched_at', 'removed_at']";

    public static readonly MirrorTable[] Directory = DirectoryTables.All;

    public static readonly MirrorTable[] Customers = [.. CustomerTables.All.Where(t => t.Beside is null)];

    public static readonly MirrorTable[] All = [.. Directory, .. Customers];

    private static readonly string LiveRows = string.Join(" UNION ALL ", All.Select(t =>
        $"SELECT '{t.Name}', (to_jsonb(m) - {Own})::text FROM {t.Target} m WHERE m.tenant_id = $1 AND m.removed_at IS NULL"));

    /// <summary>By name of the table.</summary>
    public static async Task<ILookup<string, JsonObject>> LiveAsync(NpgsqlDataSource dataSource, long tenantId, CancellationToken ct)
    {
        await AssertCompleteAsync(dataSource, ct);
        var rows = new List<(string Table, JsonObject Row)>();
        await using var command = dataSource.CreateCommand(LiveRows);
        command.Parameters.Add(new NpgsqlParameter { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add((reader.GetString(0), JsonNode.Parse(reader.GetString(1))!.AsObject()));
        }

        return rows.ToLookup(r => r.Table, r => r.Row);
    }

    /// <summary>The row's key in one text, alike whoever wrote it.</summary>
    public static string KeyOf(MirrorTable table, JsonObject row) =>
        string.Join(' ', table.Key.Select(c => $"{c.Name}={CanonicalJson.Of(row[c.Name])}"));

    private static async Task AssertCompleteAsync(NpgsqlDataSource dataSource, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
            WHERE relnamespace = 'mirror'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'changes'
            """);
        Assert.Equal(All.Select(t => t.Name).Order(StringComparer.Ordinal), ((string[])(await command.ExecuteScalarAsync(ct))!).Order(StringComparer.Ordinal));
    }
}
