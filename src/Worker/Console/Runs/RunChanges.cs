using System.Text;
using System.Text.Json;
using Npgsql;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WebConsole.Runs;

/// <summary>Reads what a run changed, value by value: what it was before and what it is since.</summary>
internal sealed class RunChanges(NpgsqlDataSource dataSource)
{
    // The value before is in the object's change before this one.
    private const string Sql = """
        SELECT c.seq, c.at, c.entity, c.key::text, c.op, c.fields, c.after::text,
               CASE WHEN cardinality(c.fields) > 0 AND c.op <> 'created' THEN (
                   SELECT p.after::text FROM mirror.changes p
                   WHERE p.tenant_id = $1 AND p.entity = c.entity AND p.key = c.key AND p.seq < c.seq AND p.after IS NOT NULL
                   ORDER BY p.seq DESC LIMIT 1) END
        FROM mirror.changes c
        WHERE c.tenant_id = $1 AND c.seq > $4 AND c.at BETWEEN $2 AND $3 AND c.cause = $5
        ORDER BY c.seq LIMIT $6
        """;

    /// <param name="tenantId">Whose run.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="from">When it started.</param>
    /// <param name="to">When it ended.</param>
    /// <param name="after">The last change of the page before; 0 for the first page.</param>
    /// <param name="most">How many.</param>
    /// <param name="ct">The visitor left.</param>
    public async Task<IReadOnlyList<RunChange>> ReadAsync(long tenantId, long run, DateTimeOffset from, DateTimeOffset to, long after, int most, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Add(tenantId, from, to, after, $"run:{run}", most);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var changes = new List<RunChange>();
        while (await reader.ReadAsync(ct))
        {
            var values = Values(reader.GetFieldValue<string[]>(5), reader.IsDBNull(7) ? null : reader.GetString(7), reader.IsDBNull(6) ? null : reader.GetString(6));
            changes.Add(new(reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), KeyOf(reader.GetString(3)), reader.GetString(4), values));
        }

        return changes;
    }

    private static List<(string Field, string Old, string New)> Values(string[] fields, string? before, string? after)
    {
        using var old = before is null ? null : JsonDocument.Parse(before);
        using var now = after is null ? null : JsonDocument.Parse(after);
        return [.. fields.Select(field => (field, Text(old, field), Text(now, field)))];
    }

    private static string Text(JsonDocument? row, string field) =>
        row is not null && row.RootElement.TryGetProperty(field, out var value)
            ? value.ValueKind switch { JsonValueKind.String => value.GetString()!, JsonValueKind.Null => "", _ => value.GetRawText() }
            : "";

    private static string KeyOf(string json)
    {
        using var key = JsonDocument.Parse(json);
        return new StringBuilder().AppendJoin(" / ", key.RootElement.EnumerateObject().Select(part => part.Value.ToString())).ToString();
    }
}

/// <summary>One changed object.</summary>
internal sealed record RunChange(long Seq, DateTimeOffset At, string Entity, string Key, string Op, IReadOnlyList<(string Field, string Old, string New)> Values);
