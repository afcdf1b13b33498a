using System.Globalization;
using System.Text.Json;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd;

public sealed class KilledPullTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Seed = 20261122;
    private const int Members = 1000;
    private const string Batch = "externalcontact/batch/get_by_user";

    /// <summary>About as many as a pull of the company makes, so that kills fall into all of it.</summary>
    private const int CallsOfPull = 120;

    private readonly Lock gate = new();
    private readonly List<string[]> begun = [];
    private int asked;

    private static int Kills => TestServer.LongRun ? 20 : 4;

    /// <summary>
    /// Whenever a pulling process dies: nothing is removed wrongly, the next one goes on behind the last chunk, each chunk that was broken
    /// off begins once again and no other does, and the end is the truth, though customers come and go all the time.
    /// </summary>
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
        simulator.Asked += (_, path, body) => Note(path, body);
        var tenant = await TestTenants.AddAsync(database, corp, ct);
        // What goes between many pulls adds up; the guard has its own tests.
        await ScalarAsync<long>("UPDATE control.tenants SET max_removed = 100000 WHERE id = $1 RETURNING id", tenant.Id, ct);
        var random = new Random(Seed);
        var interrupted = 0;

        for (var kill = 0; kill < Kills; kill++)
        {
            ComeAndGo(corp.Customers, random);
            var done = await DoneAsync(tenant.Id, ct);
            await using var worker = Start(tenant.Key, simulator.BaseUrl);
            await worker.WaitForErrorAsync("tags");
            // Any call from there on may be the last that the process makes.
            var moment = Volatile.Read(ref asked) + 1 + random.Next(CallsOfPull);
            await Eventually.TrueAsync("it asks, or is done", () => Volatile.Read(ref asked) >= moment || worker.HasExited);
            worker.Kill();
            await worker.WaitForExitAsync();
            interrupted += await ScalarAsync<long>(
                "SELECT count(*) FROM control.customer_pulls WHERE tenant_id = $1 AND finished_at IS NULL", tenant.Id, ct) > 0 ? 1 : 0;
            AssertNothingIsReadAgain(done, $"kill {kill}");
            await AssertNothingLostAsync(tenant.Id, corp.Customers, ct);
        }

        Assert.True(interrupted > 0, "no kill fell into a pull: the test proves nothing");
        var left = await DoneAsync(tenant.Id, ct);
        await FinishAsync(tenant.Key, simulator.BaseUrl);
        AssertNothingIsReadAgain(left, "the run that ends the pull");
        await AssertNothingLostAsync(tenant.Id, corp.Customers, ct);

        // What changed while pulls were broken off is found by the next whole one.
        ComeAndGo(corp.Customers, random);
        await FinishAsync(tenant.Key, simulator.BaseUrl);
        Assert.Equal(
            corp.Customers.Relations.Select(r => $"{r.UserId}|{r.ExternalUserId}").Order(StringComparer.Ordinal),
            (await RowsAsync(tenant.Id, "removed_at IS NULL", ct)).Order(StringComparer.Ordinal));
        Assert.Equal(0L, await ScalarAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'running'", tenant.Id, ct));
    }

    private static void ComeAndGo(CustomerWorld world, Random random)
    {
        var relations = world.Relations.ToList();
        foreach (var relation in Enumerable.Range(0, 10).Select(_ => relations[random.Next(relations.Count)]).Distinct())
        {
            world.Delete(relation.UserId, relation.ExternalUserId);
            world.Add(relation.UserId);
        }
    }

    /// <summary>Counts calls, and keeps which members a chunk has where one begins.</summary>
    private void Note(string path, JsonElement body)
    {
        Interlocked.Increment(ref asked);
        if (path == Batch && body.GetProperty("cursor").GetString() is null or "")
        {
            lock (gate)
            {
                begun.Add([.. body.GetProperty("userid_list").EnumerateArray().Select(id => id.GetString()!)]);
            }
        }
    }

    /// <param name="done">Members whom the pull had read before this process went on with it.</param>
    /// <param name="when">Names the process.</param>
    private void AssertNothingIsReadAgain(IReadOnlySet<string> done, string when)
    {
        string[][] chunks;
        lock (gate)
        {
            chunks = [.. begun];
            begun.Clear();
        }

        var read = chunks.SelectMany(chunk => chunk).ToList();
        Assert.True(read.Count == read.Distinct().Count(), $"{when}: a chunk began twice in one process");
        Assert.True(!read.Any(done.Contains), $"{when}: {read.Count(done.Contains)} members were read again who had been read to the end");
    }

    private async Task AssertNothingLostAsync(long tenantId, CustomerWorld world, CancellationToken ct)
    {
        var there = world.Relations.Select(r => $"{r.UserId}|{r.ExternalUserId}").ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(await RowsAsync(tenantId, "removed_at IS NOT NULL", ct), there.Contains);
    }

    /// <summary>Members whom a broken pull has read; nobody where the last one was finished.</summary>
    private async Task<IReadOnlySet<string>> DoneAsync(long tenantId, CancellationToken ct) => (await TextsAsync("""
        SELECT r.user_id FROM control.follow_readings r JOIN control.customer_pulls p ON p.tenant_id = r.tenant_id AND p.pull = r.pull
        WHERE r.tenant_id = $1 AND p.finished_at IS NULL
        """, tenantId, ct)).ToHashSet(StringComparer.Ordinal);

    private async Task FinishAsync(string tenant, string weCom)
    {
        await using var last = Start(tenant, weCom);
        var result = await last.WaitForExitAsync();
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private HostProcess Start(string tenant, string weCom) => WorkerProcess.Start(
        database.ConnectionString, ["sync", tenant, "customers"], ("WeCom__BaseUrl", weCom), ("DOTNET_ENVIRONMENT", "Development"));

    private Task<IReadOnlyList<string>> RowsAsync(long tenantId, string which, CancellationToken ct) =>
        TextsAsync($"SELECT user_id || '|' || external_user_id FROM mirror.follows WHERE tenant_id = $1 AND {which}", tenantId, ct);

    private async Task<IReadOnlyList<string>> TextsAsync(string sql, long tenantId, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand(sql);
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
