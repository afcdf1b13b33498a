using System.Runtime.InteropServices;
using Npgsql;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>The temporary tables of the directory's half, and the ways rows get into them.</summary>
internal sealed class DirectoryStage(NpgsqlConnection connection, TimeSpan clockOffset)
{
    /// <remarks><c>listed</c> is what <c>user/list_id</c> returned: one row for each person and department.</remarks>
    public static readonly StagingTables Tables = new(
    [
        .. StagingTables.Of(DirectoryTables.All),
        ("listed", """
            (user_id text COLLATE "C" NOT NULL, department_id bigint NOT NULL, fetched_at timestamptz NOT NULL,
             user_key text COLLATE "C" GENERATED ALWAYS AS (lower(user_id)) STORED)
            """),
        ("visible_departments", "(id bigint PRIMARY KEY)"),
        ("wanted", "(user_key text COLLATE \"C\" PRIMARY KEY)"),
        ("gone", "(kind text NOT NULL, id text COLLATE \"C\" NOT NULL, fetched_at timestamptz NOT NULL)"),
        UserRenames.Missing,
    ]);

    private readonly Dictionary<long, int> listedPeople = [];

    /// <summary>How many people the id list has in each department; someone who came on two pages counts twice.</summary>
    public IReadOnlyDictionary<long, int> ListedPeople => listedPeople;

    public Task ClearAsync(CancellationToken ct) => Tables.ClearAsync(connection, ct);

    /// <remarks>By arrays: three small columns of a hundred thousand rows cost the worker a fraction of what COPY takes, value by value.</remarks>
    public async Task<int> CopyListedAsync(IAsyncEnumerable<WeComMembership> memberships, Action<int> progress, CancellationToken ct, Action? hole = null)
    {
        const int batch = 10_000;
        var rows = 0;
        var (users, departments, times) = (new List<string>(batch), new List<long>(batch), new List<DateTime>(batch));
        await foreach (var membership in memberships.WithCancellation(ct))
        {
            if (membership is { UserId: "" } or { DepartmentId: <= 0 })
            {
                hole?.Invoke(); // names nobody or nowhere
                continue;
            }

            users.Add(membership.UserId);
            departments.Add(membership.DepartmentId);
            times.Add((membership.FetchedAt + clockOffset).UtcDateTime);
            CollectionsMarshal.GetValueRefOrAddDefault(listedPeople, membership.DepartmentId, out _)++;
            rows++;
            if (users.Count == batch)
            {
                await WriteListedAsync(users, departments, times, ct);
                progress(rows);
            }
        }

        await WriteListedAsync(users, departments, times, ct);
        progress(rows);
        await connection.ExecuteAsync("ANALYZE listed (user_key)", [], ct);
        return rows;
    }

    /// <summary>
    /// Notes in <c>wanted</c> whose place in the company is not what the mirror says: new, moved or gone, and who is asked for besides.
    /// </summary>
    /// <returns>How many.</returns>
    public async Task<int> FindWantedAsync(long tenantId, IReadOnlyCollection<string> besides, CancellationToken ct)
    {
        var count = await connection.ExecuteAsync("""
            INSERT INTO wanted
            SELECT DISTINCT COALESCE(l.user_key, m.user_key)
            FROM listed l FULL JOIN (
                SELECT lower(user_id) AS user_key, department_id FROM mirror.user_departments WHERE tenant_id = $1 AND removed_at IS NULL) m
                ON m.user_key = l.user_key AND m.department_id = l.department_id
            WHERE l.user_key IS NULL OR m.user_key IS NULL
            UNION
            SELECT lower(id) FROM unnest($2::text[]) AS besides(id)
            """, [tenantId, besides.ToArray()], ct);
        await connection.ExecuteAsync("ANALYZE wanted", [], ct);
        return count;
    }

    /// <summary>People whom the mirror has and the list lacks, and about whom nobody has been asked yet.</summary>
    public Task<IReadOnlyList<string>> AbsentAsync(long tenantId, int most, CancellationToken ct) => connection.TextsAsync("""
        SELECT m.user_id FROM wanted w JOIN mirror.users m ON m.tenant_id = $1 AND lower(m.user_id) = w.user_key AND m.removed_at IS NULL
        WHERE m.detail = 'full' AND NOT EXISTS (SELECT FROM listed l WHERE l.user_key = w.user_key)
          AND NOT EXISTS (
              SELECT FROM control.held_removals h WHERE h.tenant_id = $1 AND h.entity = 'user' AND h.decision IN ('pending', 'discarded')
                  AND h.key = jsonb_build_object('user_id', m.user_id))
        ORDER BY m.user_id LIMIT $2
        """, [tenantId, most], ct);

    /// <summary>Stages people of whom nothing is known but that they may be there.</summary>
    public Task KeepAsync(IReadOnlyCollection<string> userIds, DateTimeOffset at, CancellationToken ct) => connection.ExecuteAsync(
        "INSERT INTO stage_users (user_id, fetched_at) SELECT unnest($1::text[]), $2", [userIds.ToArray(), at.ToUniversalTime()], ct);

    /// <summary>Wanted people who are in none of the departments that the reader of details sees.</summary>
    public Task<IReadOnlyList<string>> WantedOutsideAsync(CancellationToken ct) => connection.TextsAsync("""
        SELECT min(l.user_id) FROM wanted w JOIN listed l ON l.user_key = w.user_key
        GROUP BY l.user_key HAVING NOT bool_or(EXISTS (SELECT FROM visible_departments v WHERE v.id = l.department_id))
        """, [], ct);

    /// <summary>Stages that an object is known to be gone.</summary>
    public Task AddGoneAsync(WantedObject gone, DateTimeOffset at, CancellationToken ct) =>
        connection.ExecuteAsync("INSERT INTO gone VALUES ($1, $2, $3)", [gone.Kind, gone.Id, at.ToUniversalTime()], ct);

    public async Task CopyDepartmentsAsync(IEnumerable<StagedDepartment> departments, CancellationToken ct)
    {
        await using var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(DirectoryTables.Departments), ct);
        foreach (var department in departments)
        {
            await writer.StartRowAsync(ct);
            await writer.BigintAsync(department.Id, ct);
            await writer.BigintAsync(department.ParentId, ct);
            await writer.TextAsync(department.Name, ct);
            await writer.TextAsync(department.NameEn, ct);
            await writer.BigintAsync(department.SortOrder, ct);
            await writer.TextsAsync(department.Leaders, ct);
            await writer.TimeAsync(department.FetchedAt + clockOffset, ct);
        }

        await writer.CompleteAsync(ct);
    }

    public async Task SetVisibleAsync(IReadOnlyCollection<long> departmentIds, CancellationToken ct)
    {
        await connection.ExecuteAsync("INSERT INTO visible_departments SELECT DISTINCT unnest($1::bigint[])", [departmentIds.ToArray()], ct);
        await connection.ExecuteAsync("ANALYZE visible_departments", [], ct);
    }

    /// <summary>Stages people as they come; a person may come more than once.</summary>
    public async Task CopyUsersAsync(IAsyncEnumerable<WeComUser> users, CancellationToken ct)
    {
        await StageWriter.CopyAsync(connection, MirrorSql.Copy(DirectoryTables.Users), users, WriteAsync, ct);
        await connection.ExecuteAsync("ANALYZE stage_users (user_key)", [], ct);
    }

    public async Task CopyTagsAsync(IEnumerable<WeComTag> tags, CancellationToken ct)
    {
        await using var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(DirectoryTables.Tags), ct);
        foreach (var tag in tags)
        {
            await writer.StartRowAsync(ct);
            await writer.BigintAsync(tag.Id, ct);
            await writer.TextAsync(tag.Name, ct);
            await writer.TimeAsync(tag.FetchedAt + clockOffset, ct);
        }

        await writer.CompleteAsync(ct);
    }

    public async Task CopyTagDepartmentsAsync(
        IEnumerable<(long TagId, long DepartmentId, DateTimeOffset FetchedAt)> rows, CancellationToken ct)
    {
        await using var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(DirectoryTables.TagDepartments), ct);
        foreach (var (tagId, departmentId, fetchedAt) in rows)
        {
            await writer.StartRowAsync(ct);
            await writer.BigintAsync(tagId, ct);
            await writer.BigintAsync(departmentId, ct);
            await writer.TimeAsync(fetchedAt + clockOffset, ct);
        }

        await writer.CompleteAsync(ct);
    }

    public Task CopyTagUsersAsync(IAsyncEnumerable<(long TagId, string UserId, DateTimeOffset FetchedAt)> rows, CancellationToken ct) =>
        StageWriter.CopyAsync(connection, MirrorSql.Copy(DirectoryTables.TagUsers), rows, WriteTagUserAsync, ct);

    private async Task WriteListedAsync(List<string> users, List<long> departments, List<DateTime> times, CancellationToken ct)
    {
        await connection.ExecuteAsync(
            "INSERT INTO listed (user_id, department_id, fetched_at) SELECT * FROM unnest($1::text[], $2::bigint[], $3::timestamptz[])",
            [users, departments, times], ct);
        users.Clear();
        departments.Clear();
        times.Clear();
    }

    private async Task WriteTagUserAsync(StageWriter writer, (long TagId, string UserId, DateTimeOffset FetchedAt) row, CancellationToken ct)
    {
        await writer.StartRowAsync(ct);
        await writer.BigintAsync(row.TagId, ct);
        await writer.TextAsync(row.UserId, ct);
        await writer.TimeAsync(row.FetchedAt + clockOffset, ct);
    }

    private async Task WriteAsync(StageWriter writer, WeComUser user, CancellationToken ct)
    {
        await writer.StartRowAsync(ct);
        await writer.TextAsync(user.UserId, ct);
        await writer.TextAsync(user.Name, ct);
        await writer.TextAsync(user.Alias, ct);
        await writer.TextAsync(user.EnglishName, ct);
        await writer.TextAsync(user.Position, ct);
        await writer.TextAsync(user.Mobile, ct);
        await writer.TextAsync(user.Email, ct);
        await writer.TextAsync(user.BizMail, ct);
        await writer.SmallintAsync(user.Gender, ct);
        await writer.TextAsync(user.Avatar, ct);
        await writer.TextAsync(user.ThumbAvatar, ct);
        await writer.TextAsync(user.QrCode, ct);
        await writer.TextAsync(user.Telephone, ct);
        await writer.TextAsync(user.Address, ct);
        await writer.SmallintAsync(user.Status, ct);
        await writer.BigintAsync(user.MainDepartment, ct);
        await writer.TextsAsync(user.DirectLeaders, ct);
        await writer.JsonAsync(user.Extattr, ct);
        await writer.TextAsync(user.ExternalPosition, ct);
        await writer.JsonAsync(user.ExternalProfile, ct);
        await writer.TextAsync(user.OpenUserid, ct);
        await writer.TextAsync("full", ct);
        await writer.BigintsAsync(user.Departments, ct);
        await writer.BigintsAsync(user.Order, ct);
        await writer.IntegersAsync(user.IsLeaderInDepartment, ct);
        await writer.TimeAsync(user.FetchedAt + clockOffset, ct);
    }
}

/// <summary>A department as two credentials together know it.</summary>
internal sealed record StagedDepartment(
    long Id, long? ParentId, string? Name, string? NameEn, long? SortOrder, string[]? Leaders, DateTimeOffset FetchedAt);
