using Npgsql;
using NpgsqlTypes;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WeCom;

namespace WeComSync.Benchmarks.Directory;

/// <summary>
/// The floor: the same answers downloaded and parsed, the same rows through COPY and one MERGE for each table, and nothing
/// else. No completeness check, no removal, no rename, no change record, no guard, no run row.
/// </summary>
internal static class FloorProgram
{
    public const string Name = "floor";

    private static readonly MirrorTable Users = DirectoryTables.Users with { Extras = [] };

    public static async Task RunAsync(DirectoryDownload download, NpgsqlConnection connection, CancellationToken ct)
    {
        var now = DateTime.UtcNow;
        MirrorTable[] tables = [.. DirectoryTables.All.Select(table => table.Name == Users.Name ? Users : table)];
        // The settings that suit such a load; a floor that is badly tuned would prove nothing.
        await ExecuteAsync(connection, "SET work_mem = '64MB'; SET jit = off", ct);
        await new StagingTables([.. tables.Select(t => (t.Stage, MirrorSql.StageColumns(t)))]).ClearAsync(connection, ct);

        var contacts = await download.ContactsTokenAsync(ct);
        var app = await download.AppTokenAsync(ct);
        await download.DepartmentIdsAsync(contacts, ct);
        await foreach (var _ in download.UserIdsAsync(contacts, ct))
        {
        }

        await download.AgentAsync(app, ct);
        Departments(connection, await download.DepartmentsAsync(app, ct), now);
        await PeopleAsync(connection, download.UsersAsync(app, ct), now);
        await TagsAsync(connection, download, contacts, now, ct);

        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var table in tables)
        {
            // Without this the planner may take a nested loop, which is no floor.
            await ExecuteAsync(connection, $"ANALYZE {table.Stage}", ct);
            await ExecuteAsync(connection, Merge(table), ct);
        }

        await transaction.CommitAsync(ct);
    }

    private static string Merge(MirrorTable table)
    {
        string List(string alias, IEnumerable<Column> columns) => string.Join(", ", columns.Select(c => alias + c.Name));
        var all = table.Key.Concat(table.Values);
        var update = table.Values.Length == 0 ? "" : $"""
            WHEN MATCHED AND ({List("m.", table.Values)}) IS DISTINCT FROM ({List("s.", table.Values)}) THEN
                UPDATE SET {string.Concat(table.Values.Select(c => $"{c.Name} = s.{c.Name}, "))}changed_at = now(), fetched_at = s.fetched_at
            """;
        return $"""
            MERGE INTO {table.Target} m USING {table.Stage} s ON m.tenant_id = {DirectorySource.TenantId} AND {MirrorSql.Equal(table, "m.", "s.")}
            {update}
            WHEN NOT MATCHED THEN
                INSERT (tenant_id, {List("", all)}, created_at, changed_at, fetched_at)
                VALUES ({DirectorySource.TenantId}, {List("s.", all)}, now(), now(), s.fetched_at)
            """;
    }

    private static void Departments(NpgsqlConnection connection, WeComDepartment[] departments, DateTime now)
    {
        using var copy = connection.BeginBinaryImport(MirrorSql.Copy(DirectoryTables.Departments));
        foreach (var department in departments)
        {
            copy.StartRow();
            copy.Write(department.Id, NpgsqlDbType.Bigint);
            Number(copy, department.ParentId);
            Text(copy, department.Name);
            Text(copy, department.NameEn);
            Number(copy, department.Order);
            List(copy, department.Leaders, NpgsqlDbType.Text);
            copy.Write(now, NpgsqlDbType.TimestampTz);
        }

        copy.Complete();
    }

    private static async Task PeopleAsync(NpgsqlConnection connection, IAsyncEnumerable<List<WeComUser>> people, DateTime now)
    {
        var memberships = new List<(string UserId, long Department, long? Order, bool IsLeader)>();
        await using (var copy = await connection.BeginBinaryImportAsync(MirrorSql.Copy(Users)))
        {
            await foreach (var members in people)
            {
                foreach (var user in members)
                {
                    Person(copy, user, now);
                    for (var i = 0; i < user.Departments?.Length; i++)
                    {
                        memberships.Add((user.UserId, user.Departments[i], user.Order?[i], user.IsLeaderInDepartment?[i] == 1));
                    }
                }
            }

            await copy.CompleteAsync();
        }

        await using var rows = await connection.BeginBinaryImportAsync(MirrorSql.Copy(DirectoryTables.Memberships));
        foreach (var (userId, department, order, isLeader) in memberships)
        {
            rows.StartRow();
            rows.Write(userId, NpgsqlDbType.Text);
            rows.Write(department, NpgsqlDbType.Bigint);
            Number(rows, order);
            rows.Write(isLeader, NpgsqlDbType.Boolean);
            rows.Write(now, NpgsqlDbType.TimestampTz);
        }

        await rows.CompleteAsync();
    }

    private static async Task TagsAsync(NpgsqlConnection connection, DirectoryDownload download, string token, DateTime now, CancellationToken ct)
    {
        var users = new List<(long Tag, string UserId)>();
        var departments = new List<(long Tag, long Id)>();
        await using (var copy = await connection.BeginBinaryImportAsync(MirrorSql.Copy(DirectoryTables.Tags), ct))
        {
            foreach (var tag in await download.TagsAsync(token, ct))
            {
                copy.StartRow();
                copy.Write(tag.Id!.Value, NpgsqlDbType.Bigint);
                Text(copy, tag.Name);
                copy.Write(now, NpgsqlDbType.TimestampTz);
                var members = await download.TagAsync(token, tag.Id.Value, ct);
                users.AddRange((members.Userlist ?? []).Select(row => (tag.Id.Value, row.Userid!)));
                departments.AddRange((members.Partylist ?? []).Select(id => (tag.Id.Value, id)));
            }

            await copy.CompleteAsync(ct);
        }

        await using (var copy = await connection.BeginBinaryImportAsync(MirrorSql.Copy(DirectoryTables.TagUsers), ct))
        {
            foreach (var (tag, userId) in users)
            {
                copy.StartRow();
                copy.Write(tag, NpgsqlDbType.Bigint);
                copy.Write(userId, NpgsqlDbType.Text);
                copy.Write(now, NpgsqlDbType.TimestampTz);
            }

            await copy.CompleteAsync(ct);
        }

        await using (var copy = await connection.BeginBinaryImportAsync(MirrorSql.Copy(DirectoryTables.TagDepartments), ct))
        {
            foreach (var (tag, id) in departments)
            {
                copy.StartRow();
                copy.Write(tag, NpgsqlDbType.Bigint);
                copy.Write(id, NpgsqlDbType.Bigint);
                copy.Write(now, NpgsqlDbType.TimestampTz);
            }

            await copy.CompleteAsync(ct);
        }
    }

    private static void Person(NpgsqlBinaryImporter copy, WeComUser user, DateTime now)
    {
        copy.StartRow();
        Text(copy, user.UserId);
        Text(copy, user.Name);
        Text(copy, user.Alias);
        Text(copy, user.EnglishName);
        Text(copy, user.Position);
        Text(copy, user.Mobile);
        Text(copy, user.Email);
        Text(copy, user.BizMail);
        Small(copy, user.Gender);
        Text(copy, user.Avatar);
        Text(copy, user.ThumbAvatar);
        Text(copy, user.QrCode);
        Text(copy, user.Telephone);
        Text(copy, user.Address);
        Small(copy, user.Status);
        Number(copy, user.MainDepartment);
        List(copy, user.DirectLeaders, NpgsqlDbType.Text);
        Json(copy, user.Extattr);
        Text(copy, user.ExternalPosition);
        Json(copy, user.ExternalProfile);
        Text(copy, user.OpenUserid);
        Text(copy, "full");
        copy.Write(now, NpgsqlDbType.TimestampTz);
    }

    private static void Text(NpgsqlBinaryImporter copy, string? value)
    {
        if (value is null)
        {
            copy.WriteNull();
        }
        else
        {
            copy.Write(value, NpgsqlDbType.Text);
        }
    }

    private static void Json(NpgsqlBinaryImporter copy, string? value)
    {
        if (value is null)
        {
            copy.WriteNull();
        }
        else
        {
            copy.Write(value, NpgsqlDbType.Jsonb);
        }
    }

    private static void Number(NpgsqlBinaryImporter copy, long? value)
    {
        if (value is { } number)
        {
            copy.Write(number, NpgsqlDbType.Bigint);
        }
        else
        {
            copy.WriteNull();
        }
    }

    private static void Small(NpgsqlBinaryImporter copy, short? value)
    {
        if (value is { } number)
        {
            copy.Write(number, NpgsqlDbType.Smallint);
        }
        else
        {
            copy.WriteNull();
        }
    }

    private static void List<T>(NpgsqlBinaryImporter copy, T[]? values, NpgsqlDbType type)
    {
        if (values is null)
        {
            copy.WriteNull();
        }
        else
        {
            copy.Write(values, NpgsqlDbType.Array | type);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
