using System.Text.Json;
using Npgsql;
using WeComSync.Benchmarks.Directory;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;
using WeComSync.Worker.WeCom.Customers;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Benchmarks.Customers;

/// <summary>
/// The floor: the same pages downloaded and parsed, three chunks at once as the worker does, the same rows through COPY and one MERGE for
/// each table and chunk, and nothing else. No removal, no change record, no checkpoint, no guard, no run row.
/// </summary>
internal static class CustomerFloor
{
    public const string Name = "customers-floor";

    private const int Buffered = 2000;

    private static readonly MirrorTable[] Tables = [CustomerTables.Customers, CustomerTables.Follows];

    public static async Task RunAsync(DirectoryDownload download, NpgsqlConnection connection, CancellationToken ct)
    {
        var source = DirectorySource.Read();
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var token = await download.AppTokenAsync(ct);
        var root = $"{source.WeCom}/cgi-bin/externalcontact/";
        var users = JsonSerializer.Deserialize(
            await http.GetByteArrayAsync(new Uri($"{root}get_follow_user_list?access_token={token}"), ct), WeComJson.Default.FollowUsersReply)!.FollowUser!;
        await Parallel.ForEachAsync(
            users.Chunk(CustomerClient.MostMembers),
            new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = ct },
            async (chunk, stop) =>
            {
                await using var own = new NpgsqlConnection(source.Database);
                await own.OpenAsync(stop);
                var stage = new CustomerStage(own, TimeSpan.Zero);
                await stage.PrepareAsync(stop);
                await StageAsync(http, $"{root}batch/get_by_user?access_token={token}", chunk, stage, stop);
                await using var transaction = await own.BeginTransactionAsync(stop);
                // Chunks share customers: one after another, as the worker's fence has it, however long that takes.
                await own.ExecuteAsync("SET LOCAL lock_timeout = 0", [], stop);
                await own.ExecuteAsync("SELECT pg_advisory_xact_lock(1)", [], stop);
                foreach (var table in Tables)
                {
                    await own.ExecuteAsync($"ANALYZE {table.Stage}", [], stop);
                    await own.ExecuteAsync(Merge(table), [], stop);
                }

                await transaction.CommitAsync(stop);
            });
    }

    private static async Task StageAsync(HttpClient http, string address, string[] members, CustomerStage stage, CancellationToken ct)
    {
        var rows = new List<FollowRow>(Buffered);
        var cursor = "";
        do
        {
            using var body = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(new FollowsRequest(members, cursor, 100), WeComJson.Default.FollowsRequest));
            using var answer = await http.PostAsync(new Uri(address), body, ct);
            var page = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(ct), WeComJson.Default.FollowsReply)!;
            rows.AddRange(page.ExternalContactList!);
            cursor = page.NextCursor ?? "";
            if (rows.Count >= Buffered || cursor.Length == 0)
            {
                var now = DateTimeOffset.UtcNow;
                await stage.CopyCustomersAsync(rows.Select(r => (r.ExternalContact!, now)), ct);
                await stage.CopyFollowsAsync(
                    rows.Select(r => new StagedFollow(r.FollowInfo!.UserId, r.ExternalContact!.ExternalUserId, r.FollowInfo, now)), ct);
                rows.Clear();
            }
        }
        while (cursor.Length > 0);
    }

    private static string Merge(MirrorTable table)
    {
        string List(string alias, IEnumerable<Column> columns) => string.Join(", ", columns.Select(c => alias + c.Name));
        var all = table.Key.Concat(table.Values);
        return $"""
            MERGE INTO {table.Target} m USING (SELECT DISTINCT ON ({List("", table.Key)}) * FROM {table.Stage}) s
                ON m.tenant_id = {DirectorySource.TenantId} AND {MirrorSql.Equal(table, "m.", "s.")}
            WHEN MATCHED AND ({List("m.", table.Values)}) IS DISTINCT FROM ({List("s.", table.Values)}) THEN
                UPDATE SET {string.Concat(table.Values.Select(c => $"{c.Name} = s.{c.Name}, "))}changed_at = now(), fetched_at = s.fetched_at
            WHEN NOT MATCHED THEN
                INSERT (tenant_id, {List("", all)}, created_at, changed_at, fetched_at)
                VALUES ({DirectorySource.TenantId}, {List("s.", all)}, now(), now(), s.fetched_at)
            """;
    }
}
