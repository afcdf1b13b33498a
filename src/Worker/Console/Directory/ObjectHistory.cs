using System.Text.Json;
using Npgsql;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>Reads what happened to an object after it was first read, from the change feed.</summary>
internal sealed class ObjectHistory(NpgsqlDataSource dataSource)
{
    private const int Most = 100;

    private const string Sql = """
        SELECT at, op, fields, after, cause, NULL::bigint, NULL::text FROM mirror.changes
        WHERE tenant_id = $1 AND entity = $2 AND key = $3::jsonb AND op <> 'created' ORDER BY seq DESC LIMIT $4
        """;

    // What was created is in no index of the feed, since a first sync creates everything: a department that somebody came into later has the time itself.
    private const string EmployeeSql = """
        WITH membership AS (
            SELECT m.department_id, d.name, m.created_at, jsonb_build_object('user_id', m.user_id, 'department_id', m.department_id) AS key
            FROM mirror.user_departments m LEFT JOIN mirror.departments d ON d.tenant_id = $1 AND d.id = m.department_id
            WHERE m.tenant_id = $1 AND m.user_id = $2),
        history AS (
            SELECT at, op, fields, after, cause, NULL::bigint AS department_id, NULL::text AS name, seq FROM mirror.changes
            WHERE tenant_id = $1 AND entity = 'user' AND key = jsonb_build_object('user_id', $2) AND op <> 'created'
            UNION ALL
            SELECT c.at, c.op, c.fields, c.after, c.cause, m.department_id, m.name, c.seq
            FROM membership m JOIN mirror.changes c ON c.tenant_id = $1 AND c.entity = 'user_department' AND c.key = m.key AND c.op <> 'created'
            UNION ALL
            SELECT m.created_at, 'created', '{}', NULL, '', m.department_id, m.name, 0
            FROM membership m JOIN mirror.users u ON u.tenant_id = $1 AND u.user_id = $2 AND u.created_at < m.created_at)
        SELECT at, op, fields, after, cause, department_id, name FROM history ORDER BY at DESC, seq DESC LIMIT $3
        """;

    /// <summary>Of one row.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="entity">For example <c>department</c>.</param>
    /// <param name="key">The object's key, as the change feed has it.</param>
    /// <param name="ct">The visitor left.</param>
    /// <returns>Newest first.</returns>
    public Task<IReadOnlyList<HistoryEntry>> OfAsync(long tenantId, string entity, object key, CancellationToken ct) =>
        ReadAsync(Sql, ct, tenantId, entity, JsonSerializer.Serialize(key), Most);

    /// <summary>Of an employee, with the departments that he came into and left.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="userId">As the mirror spells it.</param>
    /// <param name="ct">The visitor left.</param>
    /// <returns>Newest first.</returns>
    public Task<IReadOnlyList<HistoryEntry>> OfEmployeeAsync(long tenantId, string userId, CancellationToken ct) => ReadAsync(EmployeeSql, ct, tenantId, userId, Most);

    private async Task<IReadOnlyList<HistoryEntry>> ReadAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Add(values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var entries = new List<HistoryEntry>();
        while (await reader.ReadAsync(ct))
        {
            using var after = reader.IsDBNull(3) ? null : JsonDocument.Parse(reader.GetString(3));
            entries.Add(new(
                reader.GetFieldValue<DateTimeOffset>(0),
                reader.GetString(1),
                [.. reader.GetFieldValue<string[]>(2).Select(field => (field, ValueOf(after, field)))],
                reader.GetString(4),
                reader.IsDBNull(5) ? null : new(reader.GetInt64(5), reader.IsDBNull(6) ? null : reader.GetString(6))));
        }

        return entries;
    }

    private static string ValueOf(JsonDocument? after, string field) =>
        after is not null && after.RootElement.TryGetProperty(field, out var value) ? AttributeText.Of(value) : "";
}

/// <summary>An object's history on a page.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="Enterprise">Whose time zone counts.</param>
internal sealed record History(IReadOnlyList<HistoryEntry> Entries, Tenant Enterprise);

/// <summary>One change of one object.</summary>
/// <param name="At">When.</param>
/// <param name="Op">What happened.</param>
/// <param name="Values">The changed fields with what they were set to.</param>
/// <param name="Cause">The run or event; empty where it is not known.</param>
/// <param name="Department">Which department an employee came into or left; null if something else changed.</param>
internal sealed record HistoryEntry(
    DateTimeOffset At, string Op, IReadOnlyList<(string Field, string Value)> Values, string Cause, HistoryDepartment? Department)
{
    /// <summary>The run that was the cause; null if none was.</summary>
    public string? Run => Cause.StartsWith("run:", StringComparison.Ordinal) ? Cause[4..] : null;

    /// <summary>The event that was the cause; null if none was.</summary>
    public string? Event => Cause.StartsWith("event:", StringComparison.Ordinal) ? Cause[6..] : null;
}

/// <summary>A department that an employee came into or left.</summary>
/// <param name="Id">WeCom's id.</param>
/// <param name="Name">Null if no credential may read it.</param>
internal sealed record HistoryDepartment(long Id, string? Name);
