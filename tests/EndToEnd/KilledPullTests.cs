using System.Globalization;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd;

public sealed class KilledPullTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Seed = 20261122;
    private const int Members = 1000;
    private const int Pages = 70;

    /// <summary>Chunks that one process reads at once, and the pages of the fullest.</summary>
    private const int AtOnce = 3 * 11;

    private static int Kills => TestServer.LongRun ? 20 : 4;

    /// <summary>Whenever a pulling process dies: nothing is removed wrongly, the next one goes on behind the last chunk, and the end is the truth.</summary>
    [Fact]
    public async Task Pull_killed_at_any_moment_goes_on_at_the_next_chunk_and_ends_as_the_truth()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), ct);
        var corp = simulator.AddCorp(new CorpOptions
        {
            People = Members, Departments = 20, Seed = 9, Customers = new CustomerOptions { Count = 4000, Relations = 6000, TagGroups = 3, GroupChats = 30 },
        });
        simulator.Faults.Always(corp, Fault.Delay(TimeSpan.FromMilliseconds(60)));
        var tenant = await TestTenants.AddAsync(database, corp, ct);
        var random = new Random(Seed);
        var interrupted = 0;

        for (var kill = 0; kill < Kills; kill++)
        {
            await using var worker = Start(tenant.Key, simulator.BaseUrl);
            await worker.WaitForErrorAsync("tags");
            await PassAsync(TimeSpan.FromSeconds(2 * random.NextDouble()), ct);
            worker.Kill();
            await worker.WaitForExitAsync();
            interrupted += await ScalarAsync<long>(
                "SELECT count(*) FROM control.customer_pulls WHERE tenant_id = $1 AND finished_at IS NULL", tenant.Id, ct) > 0 ? 1 : 0;
            Assert.Equal(0L, await ScalarAsync<long>("SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL", tenant.Id, ct));
        }

        Assert.True(interrupted > 0, "no kill fell into a pull: the test proves nothing");
        var pulls = await ScalarAsync<long>("SELECT max(pull) FROM control.customer_pulls WHERE tenant_id = $1", tenant.Id, ct);
        await FinishAsync(tenant.Key, simulator.BaseUrl);
        var calls = simulator.Calls.Count(corp.Id, "externalcontact/batch/get_by_user");
        Assert.InRange(calls, 60, (Pages * pulls) + (Kills * AtOnce));

        // What changed while pulls were broken off is found by the next whole one.
        foreach (var relation in corp.Customers.Relations.Take(20).ToList())
        {
            corp.Customers.Delete(relation.UserId, relation.ExternalUserId);
            corp.Customers.Add(relation.UserId);
        }

        await FinishAsync(tenant.Key, simulator.BaseUrl);
        Assert.Equal(
            corp.Customers.Relations.Select(r => $"{r.UserId}|{r.ExternalUserId}").Order(StringComparer.Ordinal),
            (await RowsAsync(tenant.Id, ct)).Order(StringComparer.Ordinal));
        Assert.Equal(0L, await ScalarAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'running'", tenant.Id, ct));
    }

    private async Task FinishAsync(string tenant, string weCom)
    {
        await using var last = Start(tenant, weCom);
        var result = await last.WaitForExitAsync();
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private HostProcess Start(string tenant, string weCom) => WorkerProcess.Start(
        database.ConnectionString, ["sync", tenant, "customers"], ("WeCom__BaseUrl", weCom), ("DOTNET_ENVIRONMENT", "Development"));

    /// <summary>The moment of the kill is what is random here: no condition says when to strike.</summary>
    private static Task PassAsync(TimeSpan time, CancellationToken ct) => Task.Delay(time, ct);

    private async Task<IReadOnlyList<string>> RowsAsync(long tenantId, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand(
            "SELECT user_id || '|' || external_user_id FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NULL");
        command.Parameters.AddWithValue(tenantId);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private async Task<T> ScalarAsync<T>(string sql, long tenantId, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(tenantId);
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync(ct))!, typeof(T), CultureInfo.InvariantCulture);
    }
}
