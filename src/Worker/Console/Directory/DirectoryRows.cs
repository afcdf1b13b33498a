using System.Globalization;
using System.Text.Json;
using Npgsql;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WebConsole.Enterprises;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>Reads the mirrored directory for people: a level of the tree, a page of employees, an object's history.</summary>
internal sealed class DirectoryRows(NpgsqlDataSource dataSource)
{
    /// <summary>Departments that one level shows; WeCom's own administration stops there too.</summary>
    public const int LevelSize = 1000;

    private const int PageSize = 50;
    private const int HistorySize = 100;
    private const int ChoicesShown = 20;

    private const string LevelSql = """
        SELECT d.id, d.name,
               EXISTS (SELECT FROM mirror.departments c WHERE c.tenant_id = $1 AND c.parent_id = d.id AND c.removed_at IS NULL),
               (SELECT count(*) FROM mirror.user_departments m WHERE m.tenant_id = $1 AND m.department_id = d.id AND m.removed_at IS NULL)
        FROM mirror.departments d
        WHERE d.tenant_id = $1 AND d.removed_at IS NULL AND d.parent_id = $2
        ORDER BY d.sort_order DESC NULLS LAST, d.id LIMIT $3
        """;

    // Roots are those whose parent is not there: the company itself, and what lies in a visible range whose parent does not.
    private const string RootsSql = """
        SELECT d.id, d.name,
               EXISTS (SELECT FROM mirror.departments c WHERE c.tenant_id = $1 AND c.parent_id = d.id AND c.removed_at IS NULL),
               (SELECT count(*) FROM mirror.user_departments m WHERE m.tenant_id = $1 AND m.department_id = d.id AND m.removed_at IS NULL)
        FROM mirror.departments d
        WHERE d.tenant_id = $1 AND d.removed_at IS NULL
          AND NOT EXISTS (SELECT FROM mirror.departments p WHERE p.tenant_id = $1 AND p.id = d.parent_id AND p.removed_at IS NULL)
        ORDER BY d.sort_order DESC NULLS LAST, d.id LIMIT $3
        """;

    private const string PeopleSql = """
        SELECT u.user_id, u.name, u.position, u.status, u.detail, d.name, u.main_department_id
        FROM mirror.users u
        LEFT JOIN mirror.departments d ON d.tenant_id = $1 AND d.id = u.main_department_id
        WHERE u.tenant_id = $1 AND u.user_id > $2 AND u.removed_at IS NULL
        """;

    private const string HistorySql = """
        SELECT seq, at, op, fields, after, cause FROM mirror.changes
        WHERE tenant_id = $1 AND entity = $2 AND key = $3::jsonb AND op <> 'created' ORDER BY seq DESC LIMIT $4
        """;

    /// <param name="tenantId">Whose.</param>
    /// <param name="parent">Null for the roots.</param>
    /// <param name="ct">The visitor left.</param>
    public async Task<IReadOnlyList<DepartmentNode>> LevelAsync(long tenantId, long? parent, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(parent is null ? RootsSql : LevelSql);
        command.Add(tenantId, parent ?? 0, LevelSize);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var nodes = new List<DepartmentNode>();
        while (await reader.ReadAsync(ct))
        {
            nodes.Add(new(reader.GetInt64(0), Text(reader, 1), reader.GetBoolean(2), reader.GetInt64(3)));
        }

        return nodes;
    }

    /// <summary>A page of employees by user id.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="query">Part of a name or user id; empty for all.</param>
    /// <param name="department">Only its direct members; null for all.</param>
    /// <param name="status">WeCom's status; null for all.</param>
    /// <param name="after">The last user id of the page before; empty for the first page.</param>
    /// <param name="ct">The visitor left.</param>
    /// <returns>The page, and where the next begins.</returns>
    public async Task<(IReadOnlyList<EmployeeRow> Rows, string? Next)> PeopleAsync(
        long tenantId, string query, long? department, short? status, string after, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand();
        command.Add(tenantId, after);
        var sql = PeopleSql;
        if (query.Length > 0)
        {
            command.Add(LikePattern.Containing(query));
            // Chinese has no cases, and looking for both costs as much again.
            var like = query.Any(c => char.IsLower(c) || char.IsUpper(c)) ? "ILIKE" : "LIKE";
            sql += $" AND (u.name COLLATE \"C\" {like} ${command.Parameters.Count} OR u.user_id {like} ${command.Parameters.Count})";
        }

        if (department is { } id)
        {
            command.Add(id);
            sql += $" AND EXISTS (SELECT FROM mirror.user_departments m WHERE m.tenant_id = $1 AND m.department_id = ${command.Parameters.Count}"
                + " AND m.user_id = u.user_id AND m.removed_at IS NULL)";
        }

        if (status is { } wanted)
        {
            command.Add(wanted);
            sql += $" AND u.status = ${command.Parameters.Count}";
        }

        command.Add(PageSize + 1);
        command.CommandText = $"{sql} ORDER BY u.user_id LIMIT ${command.Parameters.Count}";
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<EmployeeRow>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(
                reader.GetString(0), Text(reader, 1), Text(reader, 2), reader.IsDBNull(3) ? null : reader.GetInt16(3), reader.GetString(4), Text(reader, 5),
                reader.IsDBNull(6) ? null : reader.GetInt64(6)));
        }

        return rows.Count > PageSize ? ([.. rows.Take(PageSize)], rows[PageSize - 1].UserId) : (rows, null);
    }

    /// <summary>Departments whose id or name is this text, or, if none is, whose name contains it; with the name of the parent.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="exact">Only those whose id or name it is.</param>
    /// <param name="ct">The visitor left.</param>
    public async Task<IReadOnlyList<DepartmentChoice>> FindDepartmentsAsync(long tenantId, string text, bool exact, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand($"""
            SELECT d.id, d.name, p.name FROM mirror.departments d
            LEFT JOIN mirror.departments p ON p.tenant_id = $1 AND p.id = d.parent_id
            WHERE d.tenant_id = $1 AND d.removed_at IS NULL AND (d.name {(exact ? "=" : "ILIKE")} $2 OR d.id = $3)
            ORDER BY d.id LIMIT {ChoicesShown}
            """);
        command.Add(tenantId, exact ? text : LikePattern.Containing(text), long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1L);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<DepartmentChoice>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(reader.GetInt64(0), Text(reader, 1), Text(reader, 2)));
        }

        return found;
    }

    /// <summary>What happened to an object after it was created, newest first.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="entity">For example <c>user</c>.</param>
    /// <param name="key">The object's key, as the change feed has it.</param>
    /// <param name="ct">The visitor left.</param>
    public async Task<IReadOnlyList<HistoryEntry>> HistoryAsync(long tenantId, string entity, object key, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(HistorySql);
        command.Add(tenantId, entity, JsonSerializer.Serialize(key), HistorySize);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var entries = new List<HistoryEntry>();
        while (await reader.ReadAsync(ct))
        {
            entries.Add(HistoryEntry.Of(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetFieldValue<string[]>(3), Text(reader, 4), reader.GetString(5)));
        }

        return entries;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

/// <summary>One department in the tree.</summary>
/// <param name="Id">WeCom's id.</param>
/// <param name="Name">Null if no credential may read it.</param>
/// <param name="HasChildren">Whether there is a level below.</param>
/// <param name="People">Its direct members.</param>
internal sealed record DepartmentNode(long Id, string? Name, bool HasChildren, long People);

/// <summary>A department that may be meant.</summary>
/// <param name="Id">WeCom's id.</param>
/// <param name="Name">Null if no credential may read it.</param>
/// <param name="Parent">Its parent's name.</param>
internal sealed record DepartmentChoice(long Id, string? Name, string? Parent)
{
    /// <summary>As people tell it from others of the same name.</summary>
    public string Label => Shown.Line(Parent is { Length: > 0 } ? $"{Name} ({Parent}, {Id})" : $"{Name} ({Id})");
}

/// <summary>One line of the list of employees.</summary>
internal sealed record EmployeeRow(string UserId, string? Name, string? Position, short? Status, string Detail, string? Department, long? DepartmentId);

/// <summary>One change of one object.</summary>
/// <param name="Seq">Its number in the feed.</param>
/// <param name="At">When.</param>
/// <param name="Op">What happened.</param>
/// <param name="Values">The changed fields with what they were set to.</param>
/// <param name="Cause">The run or event.</param>
internal sealed record HistoryEntry(long Seq, DateTimeOffset At, string Op, IReadOnlyList<(string Field, string Value)> Values, string Cause)
{
    public static HistoryEntry Of(long seq, DateTimeOffset at, string op, string[] fields, string? after, string cause)
    {
        using var document = after is null ? null : JsonDocument.Parse(after);
        return new(seq, at, op, [.. fields.Select(field => (field, ValueOf(document, field)))], cause);
    }

    private static string ValueOf(JsonDocument? after, string field) =>
        after is not null && after.RootElement.TryGetProperty(field, out var value)
            ? AttributeText.Plain(value)
            : "";
}
