using System.Globalization;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd;

public sealed class KilledSyncTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Seed = 20261122;

    /// <summary>About as many as a full sync of the company makes, so that kills fall into all of it.</summary>
    private const int CallsOfSync = 60;

    private static int Kills => TestServer.LongRun ? 200 : 20;

    /// <summary>Whenever a syncing process dies: the mirror is wholly of before or wholly of after, and the next run is right.</summary>
    [Fact]
    public async Task Sync_killed_at_any_moment_leaves_no_half_and_the_next_run_is_right()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), ct);
        var corp = simulator.AddCorp(new CorpOptions { People = 400, Departments = 40, Tags = 4, Seed = 9 });
        simulator.Faults.Always(corp, Fault.Delay(TimeSpan.FromMilliseconds(60)));
        var tenant = await TestTenants.AddAsync(database, corp, ct);
        var asked = 0;
        simulator.Asked += (_, _, _) => Interlocked.Increment(ref asked);
        var random = new Random(Seed);
        string? before = null;

        for (var kill = 0; kill < Kills; kill++)
        {
            corp.World.Rename(corp.World.People[kill].UserId, $"改名-{kill}");
            corp.World.Hire($"hired-{kill}", "新人", corp.World.Departments[kill % 40].Id);
            await using var worker = Start(tenant.Key, simulator.BaseUrl);
            // Any call of the run may be its last, and now and then it gets as far as the merge.
            var moment = Volatile.Read(ref asked) + 1 + random.Next(CallsOfSync);
            await Eventually.TrueAsync(
                "it asks, or merges", () => Volatile.Read(ref asked) >= moment || worker.Error.Contains("merge", StringComparison.Ordinal) || worker.HasExited);
            worker.Kill();
            await worker.WaitForExitAsync();

            var now = await PictureAsync(tenant.Id, ct);
            if (now != before && now.Length > 0)
            {
                await MirrorTruth.AssertEqualAsync(database.DataSource, tenant.Id, corp, ct);
            }

            before = now;
        }

        await using (var last = Start(tenant.Key, simulator.BaseUrl))
        {
            var result = await last.WaitForExitAsync();
            Assert.True(result.ExitCode == 0, result.Error);
        }

        await MirrorTruth.AssertEqualAsync(database.DataSource, tenant.Id, corp, ct);
        Assert.Equal(0L, await ScalarAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'running'", tenant.Id, ct));
        Assert.True(
            await ScalarAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'failed' AND error LIKE '%ended during phase%'", tenant.Id, ct) > 0,
            "no kill fell into a run: the test proves nothing");
    }

    private HostProcess Start(string tenant, string weCom) => WorkerProcess.Start(
        database.ConnectionString, ["sync", tenant, "full"], ("WeCom__BaseUrl", weCom), ("DOTNET_ENVIRONMENT", "Development"));

    /// <summary>The live mirror in one text; empty before the first sync.</summary>
    private Task<string> PictureAsync(long tenantId, CancellationToken ct) => ScalarAsync<string>("""
        SELECT coalesce(md5(string_agg(x, ',' ORDER BY x)), '') FROM (
            SELECT 'u' || user_id || coalesce(name, '') AS x FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL
            UNION ALL SELECT 'd' || id || coalesce(name, '') FROM mirror.departments WHERE tenant_id = $1 AND removed_at IS NULL
            UNION ALL SELECT 'm' || user_id || department_id FROM mirror.user_departments WHERE tenant_id = $1 AND removed_at IS NULL) AS rows
        """, tenantId, ct);

    private async Task<T> ScalarAsync<T>(string sql, long tenantId, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(tenantId);
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync(ct))!, typeof(T), CultureInfo.InvariantCulture);
    }
}
