using System.Text.Json;
using Npgsql;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Reads a tenant's change feed as a subscriber does, from the first entry on.</summary>
public static class ChangeFeed
{
    private const string LiveSql = """
        SELECT 'department ' || jsonb_build_object('id', id)::text FROM mirror.departments WHERE tenant_id = $1 AND removed_at IS NULL
        UNION ALL SELECT 'user ' || jsonb_build_object('user_id', user_id)::text FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL
        UNION ALL SELECT 'user_department ' || jsonb_build_object('user_id', user_id, 'department_id', department_id)::text
            FROM mirror.user_departments WHERE tenant_id = $1 AND removed_at IS NULL
        UNION ALL SELECT 'contact_tag ' || jsonb_build_object('tag_id', tag_id)::text FROM mirror.contact_tags WHERE tenant_id = $1 AND removed_at IS NULL
        UNION ALL SELECT 'contact_tag_user ' || jsonb_build_object('tag_id', tag_id, 'user_id', user_id)::text
            FROM mirror.contact_tag_users WHERE tenant_id = $1 AND removed_at IS NULL
        """;

    /// <summary>
    /// Fails unless every entry fits what those before it said (nothing is created, restored or removed twice: no event had its effect
    /// twice), and all together say what the live mirror says.
    /// </summary>
    public static async Task AssertTellsTheMirrorAsync(NpgsqlDataSource dataSource, long tenantId, CancellationToken ct)
    {
        var live = new HashSet<string>();
        var last = 0L;
        await using (var command = dataSource.CreateCommand(
            "SELECT seq, entity, key::text, op, after->>'former_user_id', cause FROM mirror.changes WHERE tenant_id = $1 ORDER BY seq"))
        {
            command.Parameters.AddWithValue(tenantId);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var seq = reader.GetInt64(0);
                var row = $"{reader.GetString(1)} {reader.GetString(2)}";
                var op = reader.GetString(3);
                Assert.True(seq > last, $"seq {seq} follows {last}");
                last = seq;
                var fits = op switch
                {
                    "created" or "restored" => live.Add(row),
                    "removed" => live.Remove(row),
                    "changed" => live.Contains(row),
                    "renamed" => Rename(live, reader.GetString(4), UserId(reader.GetString(2))),
                    _ => false,
                };
                Assert.True(fits, $"Change {seq} says that {row} was {op} by {reader.GetString(5)}, which does not fit the changes before it.");
            }
        }

        var mirrored = new HashSet<string>();
        await using (var command = dataSource.CreateCommand(LiveSql))
        {
            command.Parameters.AddWithValue(tenantId);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                mirrored.Add(reader.GetString(0));
            }
        }

        Assert.True(live.SetEquals(mirrored), $"""
            The feed and the mirror differ.
            only in the feed:   {string.Join(", ", live.Except(mirrored).Take(5))}
            only in the mirror: {string.Join(", ", mirrored.Except(live).Take(5))}
            """);
    }

    /// <summary>A person and all that names him go on under the new id.</summary>
    private static bool Rename(HashSet<string> live, string old, string renamed)
    {
        var (from, to) = ($"\"user_id\": {JsonSerializer.Serialize(old)}", $"\"user_id\": {JsonSerializer.Serialize(renamed)}");
        foreach (var row in live.Where(row => row.Contains(from, StringComparison.Ordinal)).ToList())
        {
            live.Remove(row);
            live.Add(row.Replace(from, to, StringComparison.Ordinal));
        }

        return true;
    }

    private static string UserId(string key)
    {
        using var json = JsonDocument.Parse(key);
        return json.RootElement.GetProperty("user_id").GetString()!;
    }
}
