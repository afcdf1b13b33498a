using System.Text;
using System.Text.Json;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WebConsole.Directory;

namespace WeComSync.Worker.WebConsole.Runs;

/// <summary>Reads what a run changed, or a preview would change, value by value: what it was before and what it is since.</summary>
internal sealed class RunChanges(NpgsqlDataSource dataSource)
{
    // The value before is in the object's change before this one. What was created has an index of its own, since a first sync creates everything.
    private const string Sql = """
        SELECT c.seq, c.at, c.entity, c.key::text, c.after ->> 'name', c.op, c.fields, c.after::text,
               CASE WHEN cardinality(c.fields) > 0 AND c.op <> 'created' THEN COALESCE(
                   (SELECT p.after::text FROM mirror.changes p
                    WHERE p.tenant_id = $1 AND p.entity = c.entity AND p.key = c.key AND p.seq < c.seq AND p.after IS NOT NULL AND p.op <> 'created'
                    ORDER BY p.seq DESC LIMIT 1),
                   (SELECT p.after::text FROM mirror.changes p
                    WHERE p.tenant_id = $1 AND jsonb_hash(p.key) = jsonb_hash(c.key) AND p.entity = c.entity AND p.key = c.key AND p.seq < c.seq AND p.op = 'created'
                    ORDER BY p.seq DESC LIMIT 1)) END
        FROM mirror.changes c
        WHERE c.tenant_id = $1 AND c.seq > $4 AND c.at BETWEEN $2 AND $3 AND c.cause = $5
        ORDER BY c.seq LIMIT $6
        """;

    private const string PlannedSql = """
        SELECT place::bigint, entity, key::text, name, op, fields::text FROM control.planned_rows
        WHERE tenant_id = $1 AND run_id = $2 AND place > $3 ORDER BY place LIMIT $4
        """;

    /// <param name="run">Whose changes.</param>
    /// <param name="now">The end of a run that has none yet.</param>
    /// <param name="after">The last change of the page before; 0 for the first page.</param>
    /// <param name="most">How many.</param>
    /// <param name="ct">The visitor left.</param>
    public Task<IReadOnlyList<RunChange>> ReadAsync(SyncRun run, DateTimeOffset now, long after, int most, CancellationToken ct) =>
        run.DryRun ? ReadPlannedAsync(run, after, most, ct) : ReadDoneAsync(run, now, after, most, ct);

    private async Task<IReadOnlyList<RunChange>> ReadDoneAsync(SyncRun run, DateTimeOffset now, long after, int most, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Add(run.TenantId, run.StartedAt, run.FinishedAt ?? now, after, $"run:{run.Id}", most);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var changes = new List<RunChange>();
        while (await reader.ReadAsync(ct))
        {
            var values = Values(reader.GetFieldValue<string[]>(6), Text(reader, 8), Text(reader, 7));
            changes.Add(new(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), KeyOf(reader.GetString(3)), Text(reader, 4), reader.GetString(5), values));
        }

        return changes;
    }

    private async Task<IReadOnlyList<RunChange>> ReadPlannedAsync(SyncRun run, long after, int most, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(PlannedSql);
        command.Add(run.TenantId, run.Id, after, most);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var changes = new List<RunChange>();
        while (await reader.ReadAsync(ct))
        {
            changes.Add(new(
                reader.GetInt64(0), run.StartedAt, reader.GetString(1), KeyOf(reader.GetString(2)), Text(reader, 3), reader.GetString(4), PlannedValues(Text(reader, 5))));
        }

        return changes;
    }

    private static List<(string Field, string Old, string New)> Values(string[] fields, string? before, string? after)
    {
        using var old = before is null ? null : JsonDocument.Parse(before);
        using var now = after is null ? null : JsonDocument.Parse(after);
        return [.. fields.Select(field => (field, Text(old?.RootElement, field), Text(now?.RootElement, field)))];
    }

    private static List<(string Field, string Old, string New)> PlannedValues(string? fields)
    {
        if (fields is null)
        {
            return [];
        }

        using var list = JsonDocument.Parse(fields);
        return [.. list.RootElement.EnumerateArray().Select(field => (Text(field, "field"), Text(field, "old"), Text(field, "new")))];
    }

    private static string Text(JsonElement? row, string field) =>
        row is { } given && given.TryGetProperty(field, out var value) ? AttributeText.Of(value) : "";

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A row's key as people write it; several parts with a slash.</summary>
    public static string KeyOf(string json)
    {
        using var key = JsonDocument.Parse(json);
        return new StringBuilder().AppendJoin(" / ", key.RootElement.EnumerateObject().Select(part => part.Value.ToString())).ToString();
    }
}

/// <summary>One changed object.</summary>
/// <param name="Seq">Its place among the run's changes.</param>
/// <param name="At">When it was written, or compared.</param>
/// <param name="Entity">Kind of row.</param>
/// <param name="Key">The row's key.</param>
/// <param name="Name">What a person knows it by; null if nobody does.</param>
/// <param name="Op">What happened.</param>
/// <param name="Values">The fields, old and new.</param>
internal sealed record RunChange(
    long Seq, DateTimeOffset At, string Entity, string Key, string? Name, string Op, IReadOnlyList<(string Field, string Old, string New)> Values);
