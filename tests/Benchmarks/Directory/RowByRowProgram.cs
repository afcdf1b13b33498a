using Npgsql;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;

namespace WeComSync.Benchmarks.Directory;

/// <summary>
/// What most products do: the same answers, then one prepared <c>INSERT … ON CONFLICT DO UPDATE</c> for each row, in one
/// transaction. Every row is written on every run.
/// </summary>
internal static class RowByRowProgram
{
    public const string Name = "rows";

    public static async Task RunAsync(DirectoryDownload download, NpgsqlConnection connection, CancellationToken ct)
    {
        var now = DateTime.UtcNow;
        var contacts = await download.ContactsTokenAsync(ct);
        var app = await download.AppTokenAsync(ct);
        await download.DepartmentIdsAsync(contacts, ct);
        await foreach (var _ in download.UserIdsAsync(contacts, ct))
        {
        }

        await download.AgentAsync(app, ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var department = await UpsertAsync(connection, DirectoryTables.Departments, ct))
        {
            foreach (var d in await download.DepartmentsAsync(app, ct))
            {
                Write(department, [d.Id, d.ParentId, d.Name, d.NameEn, d.Order, d.Leaders, now]);
            }
        }

        await using var person = await UpsertAsync(connection, DirectoryTables.Users, ct);
        await using var membership = await UpsertAsync(connection, DirectoryTables.Memberships, ct);
        await foreach (var members in download.UsersAsync(app, ct))
        {
            foreach (var u in members)
            {
                Write(person,
                [
                    u.UserId, u.Name, u.Alias, u.EnglishName, u.Position, u.Mobile, u.Email, u.BizMail, u.Gender, u.Avatar, u.ThumbAvatar,
                    u.QrCode, u.Telephone, u.Address, u.Status, u.MainDepartment, u.DirectLeaders, u.Extattr, u.ExternalPosition,
                    u.ExternalProfile, u.OpenUserid, "full", now,
                ]);
                for (var i = 0; i < u.Departments?.Length; i++)
                {
                    Write(membership, [u.UserId, u.Departments[i], u.Order?[i], u.IsLeaderInDepartment?[i] == 1, now]);
                }
            }
        }

        await TagsAsync(download, connection, contacts, now, ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task TagsAsync(DirectoryDownload download, NpgsqlConnection connection, string token, DateTime now, CancellationToken ct)
    {
        await using var tagRow = await UpsertAsync(connection, DirectoryTables.Tags, ct);
        await using var tagUser = await UpsertAsync(connection, DirectoryTables.TagUsers, ct);
        await using var tagDepartment = await UpsertAsync(connection, DirectoryTables.TagDepartments, ct);
        foreach (var tag in await download.TagsAsync(token, ct))
        {
            Write(tagRow, [tag.Id, tag.Name, now]);
            var members = await download.TagAsync(token, tag.Id!.Value, ct);
            foreach (var user in members.Userlist ?? [])
            {
                Write(tagUser, [tag.Id, user.Userid, now]);
            }

            foreach (var id in members.Partylist ?? [])
            {
                Write(tagDepartment, [tag.Id, id, now]);
            }
        }
    }

    private static async Task<NpgsqlCommand> UpsertAsync(NpgsqlConnection connection, MirrorTable table, CancellationToken ct)
    {
        Column[] columns = [.. table.Key, .. table.Values];
        var names = string.Join(", ", columns.Select(c => c.Name));
        var upsert = new NpgsqlCommand($"""
            INSERT INTO {table.Target} (tenant_id, {names}, created_at, changed_at, fetched_at)
            VALUES ({DirectorySource.TenantId}, {string.Join(", ", columns.Select((_, i) => $"${i + 1}"))}, now(), now(), ${columns.Length + 1})
            ON CONFLICT (tenant_id, {string.Join(", ", table.Key.Select(c => c.Name))}) DO UPDATE
            SET {string.Concat(table.Values.Select(c => $"{c.Name} = EXCLUDED.{c.Name}, "))}changed_at = now(), fetched_at = EXCLUDED.fetched_at
            """, connection);
        foreach (var column in columns)
        {
            upsert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = column.DbType });
        }

        upsert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        await upsert.PrepareAsync(ct);
        return upsert;
    }

    private static void Write(NpgsqlCommand upsert, ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            upsert.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        upsert.ExecuteNonQuery();
    }
}
