using Npgsql;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Every row and column of a tenant's mirror, its change feed too, but for when WeCom said so last.</summary>
internal static class MirrorSnapshot
{
    public static async Task<IReadOnlyList<string>> SnapshotAsync(this SyncHarness harness)
    {
        var ct = TestContext.Current.CancellationToken;
        var tables = new List<string>();
        await using (var find = harness.Database.DataSource.CreateCommand(
            "SELECT relname FROM pg_class WHERE relnamespace = 'mirror'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"))
        await using (var reader = await find.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                tables.Add(reader.GetString(0));
            }
        }

        var rows = new List<string>();
        foreach (var table in tables)
        {
            await using var read = harness.Database.DataSource.CreateCommand(
                $"SELECT (to_jsonb(t) - 'fetched_at')::text FROM mirror.{table} t WHERE tenant_id = $1 ORDER BY 1");
            read.Parameters.Add(new NpgsqlParameter { Value = harness.Tenant.Id });
            await using var reader = await read.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                rows.Add($"{table} {reader.GetString(0)}");
            }
        }

        return rows;
    }
}
