using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.EndToEnd;

/// <summary>
/// G13: a worker that was frozen, while it read or at any statement of its merge, whose place another took, and that wakes up: it writes
/// nothing any more.
/// </summary>
public sealed class PausedSyncTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_that_wakes_after_its_fence_was_passed_writes_nothing()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 60, Departments = 8, Tags = 2, Seed = 91 });
        await harness.MirrorAsync();
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        harness.World.Rename(harness.World.People[0].UserId, "先数");
        var whole = await CountAsync(harness, proxy);
        Assert.InRange(whole, 20, 200);
        // 0: it still reads.
        var points = TestServer.LongRun ? Enumerable.Range(0, whole + 1) : Enumerable.Range(0, 10).Select(n => n * whole / 9);

        foreach (var point in points)
        {
            harness.World.Rename(harness.World.People[1].UserId, $"改名-{point}");
            harness.World.Hire($"first-{point}", "新人", 1);
            var frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            HostProcess? worker = null;
            var statements = 0;
            proxy.Statement = sql =>
            {
                var reached = point == 0 ? sql.StartsWith("COPY stage_contact_tags ", StringComparison.Ordinal) : IsOfMerge(sql, ref statements) && statements == point;
                if (reached)
                {
                    worker!.Pause();
                    frozen.TrySetResult();
                }
            };
            worker = Start(harness, proxy);
            await using (worker)
            {
                await frozen.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
                proxy.Statement = null;
                harness.World.Hire($"second-{point}", "又来", 1);
                // A heartbeat may still have been on its way.
                await Eventually.TrueAsync("another run takes over", () => TakeOverAsync(harness));
                var before = await PictureAsync(harness);
                worker.Resume();
                var end = await worker.WaitForExitAsync();

                Assert.True(end.ExitCode == 1, $"statement {point}: exit code {end.ExitCode}\n{end.Error}");
                Assert.Equal(before, await PictureAsync(harness));
            }

            await harness.AssertMirrorIsTrueAsync();
            Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'running'"));
        }
    }

    /// <summary>Lets the run that is under way look dead, and runs a sync.</summary>
    private static async Task<bool> TakeOverAsync(SyncHarness harness)
    {
        await harness.ScalarAsync<long>(
            "WITH old AS (UPDATE control.sync_runs SET heartbeat_at = now() - interval '60 s' WHERE tenant_id = $1 AND state = 'running' RETURNING 1) SELECT count(*) FROM old");
        try
        {
            await harness.MirrorAsync();
            return true;
        }
        catch (RunInProgressException)
        {
            return false;
        }
    }

    /// <summary>How many statements the merge of a run has, its commit aside.</summary>
    private static async Task<int> CountAsync(SyncHarness harness, TcpFaultProxy proxy)
    {
        var statements = 0;
        proxy.Statement = sql => IsOfMerge(sql, ref statements);
        await using var worker = Start(harness, proxy);
        Assert.Equal(0, (await worker.WaitForExitAsync()).ExitCode);
        proxy.Statement = null;
        return statements;
    }

    /// <summary>Counts from the statement that takes the fence's row to the last before the commit.</summary>
    private static bool IsOfMerge(string sql, ref int statements)
    {
        var begins = sql.Contains("merge_fences AS f", StringComparison.Ordinal);
        if ((statements == 0 && !begins) || sql.Contains("heartbeat_at = now(), phase = $3, expected = $4, read = $5, failed", StringComparison.Ordinal)
            || sql.StartsWith("COMMIT", StringComparison.Ordinal) || sql.Contains("\0COMMIT", StringComparison.Ordinal))
        {
            return false;
        }

        statements++;
        return true;
    }

    private static HostProcess Start(SyncHarness harness, TcpFaultProxy proxy) => WorkerProcess.Start(
        proxy.ConnectionString, ["sync", harness.Tenant.Key, "full"], ("WeCom__BaseUrl", harness.Simulator.BaseUrl), ("DOTNET_ENVIRONMENT", "Development"));

    private static Task<string> PictureAsync(SyncHarness harness) => harness.ScalarAsync<string>("""
        SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
            SELECT xmin::text || user_id AS x FROM mirror.users WHERE tenant_id = $1
            UNION ALL SELECT xmin::text || id FROM mirror.departments WHERE tenant_id = $1
            UNION ALL SELECT xmin::text || user_id || department_id FROM mirror.user_departments WHERE tenant_id = $1
            UNION ALL SELECT xmin::text || seq FROM mirror.changes WHERE tenant_id = $1) AS rows
        """);
}
