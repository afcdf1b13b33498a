using System.Globalization;
using System.Text;
using Npgsql;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WebConsole.Enterprises;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>Reads the mirrored directory for people: a level of the tree, a page of employees.</summary>
internal sealed class DirectoryRows(NpgsqlDataSource dataSource)
{
    /// <summary>Departments that one level shows; WeCom's own administration stops there too.</summary>
    public const int LevelSize = 1000;

    private const int PageSize = 50;

    /// <summary>Employees among whom a search looks first: what is common is found there, and few pages are left for the whole company.</summary>
    private const int Nearest = 3000;

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

    private const string People = "SELECT * FROM mirror.users u WHERE u.tenant_id = $1 AND u.user_id > $2";

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
        var isWide = department is null && (query.Length > 0 || status is not null);
        var rows = new List<EmployeeRow>();
        if (isWide)
        {
            // Nobody can tell beforehand whether a text is in every second name or in none, PostgreSQL least of all.
            rows = await SearchAsync(FormattableString.Invariant($"{People} ORDER BY u.user_id LIMIT {Nearest}"), tenantId, query, department, status, after, ct);
        }

        if (rows.Count <= PageSize)
        {
            // OFFSET keeps the looks apart: the end of a row, where removed_at stands, is read only of those whose beginning fits.
            rows = await SearchAsync(isWide ? $"{People} AND {{0}} OFFSET 0" : People, tenantId, query, department, status, after, ct);
        }

        return rows.Count > PageSize ? ([.. rows.Take(PageSize)], rows[PageSize - 1].UserId) : (rows, null);
    }

    /// <summary>One look, at those whom <paramref name="source"/> selects; <c>{0}</c> in it is whether text and state are those wanted.</summary>
    private async Task<List<EmployeeRow>> SearchAsync(string source, long tenantId, string query, long? department, short? status, string after, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var batch = connection.CreateBatch();
        // A search that is spread over several processes waits for them longer than it takes, whenever syncs are at work.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT set_config('max_parallel_workers_per_gather', '0', true)"));
        var command = new NpgsqlBatchCommand();
        batch.BatchCommands.Add(command);
        Add(tenantId);
        Add(after);
        var found = string.Join(" AND ", new[] { query.Length > 0 ? Found(query) : "true", status is { } wanted ? $"u.status = {Add(wanted)}" : "true" });
        var sql = $"""
            SELECT u.user_id, u.name, u.position, u.status, u.detail,
                   (SELECT d.name FROM mirror.departments d WHERE d.tenant_id = $1 AND d.id = u.main_department_id), u.main_department_id
            FROM ({source.Replace("{0}", found, StringComparison.Ordinal)}) u
            WHERE u.removed_at IS NULL AND {found}
            """;
        if (department is { } id)
        {
            // A list, and no join for the name above: PostgreSQL takes the number of rows of a join for so high that it begins with everybody.
            sql += $" AND u.user_id = ANY (ARRAY(SELECT m.user_id FROM mirror.user_departments m WHERE m.tenant_id = $1 AND m.department_id = {Add(id)} AND m.removed_at IS NULL))";
        }

        command.CommandText = $"{sql} ORDER BY u.user_id LIMIT {Add(PageSize + 1)}";
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        var rows = new List<EmployeeRow>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(
                reader.GetString(0), Text(reader, 1), Text(reader, 2), reader.IsDBNull(3) ? null : reader.GetInt16(3), reader.GetString(4), Text(reader, 5),
                reader.IsDBNull(6) ? null : reader.GetInt64(6)));
        }

        return rows;

        string Add(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return FormattableString.Invariant($"${command.Parameters.Count}");
        }

        // Each look that can be left out is a third of the search: Chinese has no cases, and user ids have no Chinese.
        string Found(string text)
        {
            var cased = text.Any(char.IsAsciiLetter);
            var like = $"LIKE {Add(LikePattern.Containing(cased ? LikePattern.Lower(text) : text))}";
            var name = $"{(cased ? "lower(u.name COLLATE \"C\")" : "u.name COLLATE \"C\"")} {like}";
            return Ascii.IsValid(text) ? $"({name} OR {(cased ? "lower(u.user_id)" : "u.user_id")} {like})" : name;
        }
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

        // An id is meant where a department is called like another one's number.
        return exact && found.Find(choice => choice.Id == id) is { } byId ? [byId] : found;
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
