using Npgsql;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;

namespace WeComSync.Worker.Events;

/// <summary>The staging tables of a run, with what only events know: who is gone, and which event is about whom.</summary>
internal sealed class EventStage(NpgsqlConnection connection, TimeSpan clockOffset)
{
    private static readonly StagingTables Tables = new(
    [
        .. DirectoryStage.Tables.Tables,
        .. DirectoryTables.All.Select(t =>
            (Gone(t), $"({string.Join(", ", t.Key.Select(c => $"{c.Name} {c.SqlType} NOT NULL"))}, fetched_at timestamptz NOT NULL)")),
        MirrorSql.Causes,
    ]);

    private readonly DirectoryStage stage = new(connection, clockOffset);

    /// <summary>SQL for what is known to be gone.</summary>
    public static string GoneSql(MirrorTable table) => $"SELECT * FROM {Gone(table)}";

    public Task ClearAsync(CancellationToken ct) => Tables.ClearAsync(connection, ct);

    public async Task FillAsync(ContactDecisions decisions, CancellationToken ct)
    {
        await CauseAsync(decisions.Causes, ct);
        await WriteIfAsync(decisions.Departments, stage.CopyDepartmentsAsync, ct);
        await WriteIfAsync(decisions.Users, (users, stop) => stage.CopyUsersAsync(users.ToAsyncEnumerable(), stop), ct);
        await WriteIfAsync(decisions.Tags, stage.CopyTagsAsync, ct);
        await WriteIfAsync(decisions.TagUsers, (rows, stop) => stage.CopyTagUsersAsync(rows.ToAsyncEnumerable(), stop), ct);
        await WriteIfAsync(decisions.TagDepartments, stage.CopyTagDepartmentsAsync, ct);
        if (decisions.Visible is { } visible)
        {
            await stage.SetVisibleAsync([.. visible], ct);
        }

        await InsertAsync("stage_users (user_id, fetched_at)", decisions.IdOnly, u => u.UserId, u => u.At, ct);
        await InsertAsync(
            "listed (user_id, department_id, fetched_at)", decisions.Listed, m => m.UserId, m => m.DepartmentId, m => m.At, ct);
        await InsertAsync($"{Gone(DirectoryTables.Users)} (user_id, fetched_at)", decisions.GoneUsers, u => u.UserId, u => u.At, ct);
        await InsertAsync($"{Gone(DirectoryTables.Departments)} (id, fetched_at)", decisions.GoneDepartments, d => d.Id, d => d.At, ct);
        await InsertAsync(
            $"{Gone(DirectoryTables.Memberships)} (user_id, department_id, fetched_at)", decisions.GoneMemberships,
            m => m.UserId, m => m.DepartmentId, m => m.At, ct);
    }

    private static string Gone(MirrorTable table) => $"gone_{table.Name}";

    private static Task WriteIfAsync<T>(IReadOnlyCollection<T> rows, Func<IEnumerable<T>, CancellationToken, Task> write, CancellationToken ct) =>
        rows.Count > 0 ? write(rows, ct) : Task.CompletedTask;

    private Task<int> CauseAsync(IReadOnlyDictionary<(string Kind, string Id), string> causes, CancellationToken ct) => connection.ExecuteAsync(
        "INSERT INTO causes SELECT * FROM unnest($1::text[], $2::text[], $3::text[])",
        [causes.Keys.Select(c => c.Kind).ToArray(), causes.Keys.Select(c => c.Id).ToArray(), causes.Values.ToArray()],
        ct);

    private async Task InsertAsync<T, TKey>(
        string target, List<T> rows, Func<T, TKey> key, Func<T, DateTimeOffset> at, CancellationToken ct)
    {
        if (rows.Count > 0)
        {
            await connection.ExecuteAsync(
                $"INSERT INTO {target} SELECT * FROM unnest($1, $2)",
                [rows.Select(key).ToArray(), rows.Select(r => at(r).ToUniversalTime()).ToArray()],
                ct);
        }
    }

    private async Task InsertAsync<T, TFirst, TSecond>(
        string target, List<T> rows, Func<T, TFirst> first, Func<T, TSecond> second, Func<T, DateTimeOffset> at, CancellationToken ct)
    {
        if (rows.Count > 0)
        {
            await connection.ExecuteAsync(
                $"INSERT INTO {target} SELECT * FROM unnest($1, $2, $3)",
                [rows.Select(first).ToArray(), rows.Select(second).ToArray(), rows.Select(r => at(r).ToUniversalTime()).ToArray()],
                ct);
        }
    }
}
