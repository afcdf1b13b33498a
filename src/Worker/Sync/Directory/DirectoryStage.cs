using System.Runtime.InteropServices;
using Npgsql;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>The run's temporary tables and the ways rows get into them.</summary>
internal sealed class DirectoryStage(NpgsqlConnection connection, TimeSpan clockOffset)
{
    /// <summary>What <c>user/list_id</c> returned: one row for each person and department.</summary>
    private const string Listed = """
        CREATE TEMP TABLE listed (user_id text COLLATE "C" NOT NULL, department_id bigint NOT NULL, fetched_at timestamptz NOT NULL,
            user_key text COLLATE "C" GENERATED ALWAYS AS (lower(user_id)) STORED);
        CREATE TEMP TABLE visible_departments (id bigint PRIMARY KEY);
        """;

    /// <summary>
    /// What a run compares was filled a moment ago, and on a first run the mirror too: the planner, which knows nothing of either,
    /// must not take one row of a whole company at a time, nor compile for long what runs for a second.
    /// </summary>
    private const string WholeTables = "SET enable_nestloop = off; SET jit = off; SET work_mem = '64MB'";

    /// <summary>People are found without case.</summary>
    private const string UserKey =
        "ALTER TABLE stage_users ADD COLUMN user_key text COLLATE \"C\" GENERATED ALWAYS AS (lower(user_id)) STORED";

    private readonly Dictionary<long, int> listedPeople = [];

    /// <summary>How many people the id list has in each department; someone who came on two pages counts twice.</summary>
    public IReadOnlyDictionary<long, int> ListedPeople => listedPeople;

    public async Task CreateAsync(CancellationToken ct) =>
        await connection.ExecuteAsync(
            string.Join(";\n", [WholeTables, .. DirectoryTables.All.Select(MirrorSql.CreateStage), UserKey, Listed]), [], ct);

    public async Task<int> CopyListedAsync(IAsyncEnumerable<WeComMembership> memberships, Action<int> progress, CancellationToken ct)
    {
        var rows = 0;
        await using var writer = await StageWriter.OpenAsync(
            connection, "COPY listed (user_id, department_id, fetched_at) FROM STDIN (FORMAT BINARY)", ct);
        await foreach (var membership in memberships.WithCancellation(ct))
        {
            if (membership is { UserId: "" } or { DepartmentId: 0 })
            {
                continue; // names nobody or nowhere
            }

            await writer.StartRowAsync(ct);
            await writer.TextAsync(membership.UserId, ct);
            await writer.BigintAsync(membership.DepartmentId, ct);
            await writer.TimeAsync(membership.FetchedAt + clockOffset, ct);
            CollectionsMarshal.GetValueRefOrAddDefault(listedPeople, membership.DepartmentId, out _)++;
            progress(++rows);
        }

        await writer.CompleteAsync(ct);
        await writer.DisposeAsync();
        await connection.ExecuteAsync("ANALYZE listed (user_key)", [], ct);
        return rows;
    }

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
        await using (var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(DirectoryTables.Users), ct))
        {
            await foreach (var user in users.WithCancellation(ct))
            {
                await WriteAsync(writer, user, ct);
            }

            await writer.CompleteAsync(ct);
        }

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

    public async Task CopyTagUsersAsync(
        IAsyncEnumerable<(long TagId, string UserId, DateTimeOffset FetchedAt)> rows, CancellationToken ct)
    {
        await using var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(DirectoryTables.TagUsers), ct);
        await foreach (var (tagId, userId, fetchedAt) in rows.WithCancellation(ct))
        {
            await writer.StartRowAsync(ct);
            await writer.BigintAsync(tagId, ct);
            await writer.TextAsync(userId, ct);
            await writer.TimeAsync(fetchedAt + clockOffset, ct);
        }

        await writer.CompleteAsync(ct);
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
