using System.Text.Json;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd;

/// <summary>What an operator gets from <c>sync TENANT full</c>: exit codes, words, one JSON object.</summary>
public sealed class SyncCommandTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 60, Departments = 10, Tags = 2, Seed = 13 };

    [Fact]
    public async Task Good_sync_ends_with_0_and_json_holds_the_counts()
    {
        await using var scene = await Scene.OpenAsync(database, Company);

        var result = await scene.SyncAsync("--json");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("done", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(60, json.RootElement.GetProperty("counts").GetProperty("user").GetProperty("created").GetInt32());
        foreach (var name in new[] { "fetched", "added", "changed", "removed", "unchanged", "held", "errors", "apiCalls" })
        {
            Assert.True(json.RootElement.TryGetProperty(name, out _), $"{name} is missing");
        }
    }

    [Fact]
    public async Task Dry_run_says_what_would_change_and_changes_nothing()
    {
        await using var scene = await Scene.OpenAsync(database, Company);

        var result = await scene.SyncAsync("--dry-run", "--json");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(60, json.RootElement.GetProperty("counts").GetProperty("user").GetProperty("created").GetInt32());
        Assert.Equal(60, json.RootElement.GetProperty("planned").EnumerateArray().Count(p => p.GetProperty("entity").GetString() == "user"));
        Assert.Equal(0L, await scene.CountAsync("SELECT count(*) FROM mirror.users WHERE tenant_id = $1"));
        Assert.Equal(0L, await scene.CountAsync("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1"));
    }

    [Fact]
    public async Task Held_removals_end_with_3_and_name_the_command_that_approves_them()
    {
        await using var scene = await Scene.OpenAsync(database, Company);
        await scene.SyncAsync();
        scene.Corp.World.People.Take(10).ToList().ForEach(p => scene.Corp.World.Leave(p.UserId));

        var held = await scene.SyncAsync("--json");

        Assert.Equal(3, held.ExitCode);
        using var json = JsonDocument.Parse(held.Output);
        var run = json.RootElement.GetProperty("run").GetInt64();
        Assert.Contains($"--approve {run}", held.LastErrorLine, StringComparison.Ordinal);

        var approved = await scene.SyncAsync("--approve", $"{run}");
        Assert.Equal(0, approved.ExitCode);
        await MirrorTruth.AssertEqualAsync(database.DataSource, scene.TenantId, scene.Corp, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Wrong_secret_stops_the_tenant_at_the_first_try_with_4()
    {
        await using var scene = await Scene.OpenAsync(database, Company);
        scene.Corp.Contacts.ResetSecret();

        var result = await scene.SyncAsync();

        Assert.Equal(4, result.ExitCode);
        Assert.Contains("40001", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, scene.Simulator.Calls.Count(scene.Corp.Id, "gettoken"));

        var again = await scene.SyncAsync();
        Assert.Equal(4, again.ExitCode);
        Assert.Equal(1, scene.Simulator.Calls.Count(scene.Corp.Id, "gettoken"));
    }

    [Fact]
    public async Task Untrusted_address_ends_with_4_and_names_the_address_to_enter()
    {
        await using var scene = await Scene.OpenAsync(database, Company with { TrustedIps = ["198.51.100.1"] });

        var result = await scene.SyncAsync();

        Assert.Equal(4, result.ExitCode);
        Assert.Contains("60020", result.Error, StringComparison.Ordinal);
        Assert.Contains("203.0.113.10", result.LastErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WeCom_away_ends_with_1_and_leaves_the_mirror_as_it_was()
    {
        await using var scene = await Scene.OpenAsync(database, Company);
        await scene.SyncAsync();
        scene.Simulator.Faults.Always(scene.Corp, Fault.Reset());

        var result = await scene.SyncAsync();

        Assert.Equal(1, result.ExitCode);
        Assert.NotEmpty(result.LastErrorLine);
        Assert.Equal(60L, await scene.CountAsync("SELECT count(*) FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL"));
    }

    [Fact]
    public async Task Partly_readable_company_ends_with_5_and_lists_what_was_not_read()
    {
        await using var scene = await Scene.OpenAsync(database, Company);
        scene.Simulator.Faults.Always(scene.Corp, Fault.ErrCode(40068), "tag/get");

        var result = await scene.SyncAsync();

        Assert.Equal(5, result.ExitCode);
        Assert.Contains("contact_tag", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_tenant_and_unknown_kind_end_with_2()
    {
        await using var scene = await Scene.OpenAsync(database, Company);

        Assert.Equal(2, (await scene.RunAsync("sync", "nobody", "full")).ExitCode);
        Assert.Equal(2, (await scene.RunAsync("sync", scene.Key, "everything")).ExitCode);
    }

    private sealed class Scene : IAsyncDisposable
    {
        private readonly TestDatabase database;

        private Scene(TestDatabase database, SimulatorHost simulator, Corp corp, long tenantId, string key)
        {
            this.database = database;
            Simulator = simulator;
            Corp = corp;
            TenantId = tenantId;
            Key = key;
        }

        public SimulatorHost Simulator { get; }

        public Corp Corp { get; }

        public long TenantId { get; }

        public string Key { get; }

        public static async Task<Scene> OpenAsync(TestDatabase database, CorpOptions company)
        {
            var ct = TestContext.Current.CancellationToken;
            var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), ct);
            var corp = simulator.AddCorp(company);
            var tenant = await TestTenants.AddAsync(database, corp, ct);
            return new Scene(database, simulator, corp, tenant.Id, tenant.Key);
        }

        public Task<ProcessResult> SyncAsync(params string[] more) => RunAsync(["sync", Key, "full", .. more]);

        public Task<ProcessResult> RunAsync(params string[] arguments) => WorkerProcess.RunAsync(
            database.ConnectionString, arguments, ("WeCom__BaseUrl", Simulator.BaseUrl), ("DOTNET_ENVIRONMENT", "Development"));

        public async Task<long> CountAsync(string sql)
        {
            await using var command = database.DataSource.CreateCommand(sql);
            command.Parameters.AddWithValue(TenantId);
            return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        }

        public ValueTask DisposeAsync() => Simulator.DisposeAsync();
    }
}
