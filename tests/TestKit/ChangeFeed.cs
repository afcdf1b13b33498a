using System.Text.Json.Nodes;
using Npgsql;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Reads a tenant's change feed as a subscriber does, from the first entry on, and believes nothing that does not fit.</summary>
internal static class ChangeFeed
{
    /// <summary>
    /// Fails unless each entry applies to exactly what those before it said, none is without effect, and all together say what every
    /// column of the live mirror says.
    /// </summary>
    public static async Task AssertTellsTheMirrorAsync(NpgsqlDataSource dataSource, long tenantId, CancellationToken ct)
    {
        var told = new FeedState();
        await using (var command = dataSource.CreateCommand(
            "SELECT seq, entity, key::text, op, fields, after::text, cause FROM mirror.changes WHERE tenant_id = $1 ORDER BY seq"))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = tenantId });
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                told.Apply(new FeedEntry(
                    reader.GetInt64(0), reader.GetString(1), JsonNode.Parse(reader.GetString(2))!.AsObject(), reader.GetString(3),
                    reader.GetFieldValue<string[]>(4), reader.IsDBNull(5) ? null : JsonNode.Parse(reader.GetString(5))!.AsObject(), reader.GetString(6)));
            }
        }

        var live = await MirrorTables.LiveAsync(dataSource, tenantId, ct);
        var wrong = MirrorTables.All.SelectMany(table => told.Differences(table, live[table.Name])).Take(12).ToList();
        Assert.True(wrong.Count == 0, $"The feed of tenant {tenantId} and its mirror differ:\n{string.Join('\n', wrong)}");
    }
}

/// <summary>A row of <c>mirror.changes</c>.</summary>
internal sealed record FeedEntry(long Seq, string Entity, JsonObject Key, string Op, string[] Fields, JsonObject? After, string Cause)
{
    public override string ToString() =>
        $"{Seq} ({Cause}): {Entity} {CanonicalJson.Of(Key)} {Op} {string.Join(',', Fields)} {CanonicalJson.Of(After)}";
}
