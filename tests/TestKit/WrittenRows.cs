using Npgsql;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>What a tenant's mirror and feed hold, to the last column: for tests that say what must be written and that nothing else is.</summary>
internal static class WrittenRows
{
    private static readonly string[] Tables =
    [
        "departments", "users", "user_departments", "contact_tags", "contact_tag_users", "contact_tag_departments", "customers", "follows",
        "corp_tag_groups", "corp_tags", "group_chats", "group_chat_members",
    ];

    /// <summary>Every row of every table, removed ones too.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(this SyncHarness harness) => await TextsAsync(
        harness, string.Join(" UNION ALL ", Tables.Select(t => $"SELECT '{t} ' || to_jsonb(m)::text AS row FROM mirror.{t} m WHERE tenant_id = $1")) + " ORDER BY 1", []);

    /// <summary>Every change that a run recorded, as <c>op entity key</c>, sorted; one that is told twice is there twice.</summary>
    public static Task<IReadOnlyList<string>> ChangesOfAsync(this SyncHarness harness, long runId) => TextsAsync(harness, """
        SELECT change FROM (
            SELECT op || ' ' || entity || ' ' || (SELECT string_agg(k.value, '/' ORDER BY k.key) FROM jsonb_each_text(c.key) AS k) AS change
            FROM mirror.changes c WHERE tenant_id = $1 AND cause = $2) AS told
        ORDER BY change COLLATE "C"
        """, [$"run:{runId}"]);

    /// <summary>The live rows of a table whose column has this value, as <c>removed entity key</c> of the feed's form above.</summary>
    public static Task<IReadOnlyList<string>> RemovalsOfAsync(
        this SyncHarness harness, string table, string entity, string[] key, string column, params string[] values) => TextsAsync(harness, $"""
        SELECT 'removed {entity} ' || concat_ws('/', {string.Join(", ", key.Order(StringComparer.Ordinal))}) FROM mirror.{table}
        WHERE tenant_id = $1 AND removed_at IS NULL AND {column}::text = ANY($2)
        """, [values]);

    private static async Task<IReadOnlyList<string>> TextsAsync(SyncHarness harness, string sql, object[] more)
    {
        await using var command = harness.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = harness.Tenant.Id });
        foreach (var value in more)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var texts = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
