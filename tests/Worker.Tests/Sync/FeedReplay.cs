using System.Text.Json.Nodes;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Sync.Directory;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>Replays a tenant's change feed from its beginning, value by value.</summary>
internal static class FeedReplay
{
    /// <summary>Fails unless the feed alone gives the live rows of the mirror's directory.</summary>
    public static async Task AssertFeedIsTheMirrorAsync(this SyncHarness harness)
    {
        var replayed = new Dictionary<(string Entity, string Key), JsonObject>();
        await foreach (var (entity, key, op, after) in RowsAsync(harness, """
            SELECT entity, key::text, op, after::text FROM mirror.changes WHERE tenant_id = $1 ORDER BY seq
            """))
        {
            switch (op)
            {
                case "removed":
                    replayed.Remove((entity, key));
                    break;
                case "renamed":
                    Rename(replayed, JsonNode.Parse(after!)!.AsObject());
                    break;
                default:
                    replayed[(entity, key)] = JsonNode.Parse(after!)!.AsObject();
                    break;
            }
        }

        foreach (var table in DirectoryTables.All)
        {
            var columns = string.Join(", ", table.Key.Concat(table.Values).Select(c => "m." + c.Name));
            var mirror = new List<string>();
            await foreach (var (row, _, _, _) in RowsAsync(
                harness, $"SELECT to_jsonb(a)::text, '', '', NULL FROM {table.Target} m CROSS JOIN LATERAL (SELECT {columns}) a WHERE m.tenant_id = $1 AND m.removed_at IS NULL"))
            {
                mirror.Add(Text(JsonNode.Parse(row)!.AsObject()));
            }

            var feed = replayed.Where(r => r.Key.Entity == table.Entity).Select(r => Text(r.Value)).ToHashSet();
            Assert.True(
                feed.SetEquals(mirror),
                $"{table.Entity}: only in the feed: {string.Join(" ", feed.Except(mirror).Take(3))}; only in the mirror: {string.Join(" ", mirror.Except(feed).Take(3))}");
        }
    }

    /// <summary>Whoever follows the feed gives all that names a person his new id, unless the new id has the same already.</summary>
    private static void Rename(Dictionary<(string Entity, string Key), JsonObject> rows, JsonObject renamed)
    {
        var (old, id) = (renamed["former_user_id"]!.GetValue<string>(), renamed["user_id"]!.GetValue<string>());
        foreach (var (key, row) in rows.Where(r => r.Value["user_id"]?.GetValue<string>() == old).ToList())
        {
            rows.Remove(key);
            var moved = JsonNode.Parse(key.Key)!.AsObject();
            moved["user_id"] = id;
            row["user_id"] = id;
            rows.TryAdd((key.Entity, Spaced(moved)), row);
        }
    }

    /// <summary>As PostgreSQL writes it.</summary>
    private static string Spaced(JsonObject key) =>
        $"{{{string.Join(", ", key.Select(p => $"\"{p.Key}\": {p.Value!.ToJsonString()}"))}}}";

    private static string Text(JsonObject row) => string.Join(' ', row.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value?.ToJsonString()}"));

    private static async IAsyncEnumerable<(string A, string B, string C, string? D)> RowsAsync(SyncHarness harness, string sql)
    {
        await using var command = harness.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = harness.Tenant.Id });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            yield return (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3));
        }
    }
}
