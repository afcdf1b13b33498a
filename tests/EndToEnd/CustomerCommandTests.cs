using System.Text.Json;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd;

/// <summary>What an operator gets from <c>sync TENANT customers</c> and <c>sync TENANT customer ID</c>.</summary>
public sealed class CustomerCommandTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 12, Departments = 3, Seed = 39, Customers = new CustomerOptions { Count = 300, Relations = 400, TagGroups = 2, GroupChats = 3, IdleShare = 0 },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A table, an object or a file for a spreadsheet: the same difference, and nothing written.</summary>
    [Fact]
    public async Task Dry_run_tells_the_difference_as_table_json_and_csv_and_writes_nothing()
    {
        await using var scene = await SceneAsync();

        var table = await scene.RunAsync("sync", scene.Key, "customers", "--dry-run");
        var json = await scene.RunAsync("sync", scene.Key, "customers", "--dry-run", "--json");
        var csv = await scene.RunAsync("sync", scene.Key, "customers", "--dry-run", "--csv");

        Assert.Equal((0, 0, 0), (table.ExitCode, json.ExitCode, csv.ExitCode));
        using var told = JsonDocument.Parse(json.Output);
        var planned = told.RootElement.GetProperty("planned").EnumerateArray()
            .Select(p => (Op: p.GetProperty("op").GetString(), Entity: p.GetProperty("entity").GetString()!)).ToList();
        Assert.Equal((300, 400), (planned.Count(p => p.Entity == "customer"), planned.Count(p => p.Entity == "follow")));
        Assert.True(told.RootElement.GetProperty("dryRun").GetBoolean());
        Assert.Equal(400, told.RootElement.GetProperty("counts").GetProperty("follow").GetProperty("created").GetInt32());
        var lines = table.Output.Split('\n');
        Assert.Equal(planned.Count, lines.Count(l => l.StartsWith("created ", StringComparison.Ordinal)));
        Assert.Equal(400, lines.Count(l => l.StartsWith("created follow ", StringComparison.Ordinal)));
        Assert.Contains("dry run done", table.Output, StringComparison.Ordinal);
        Assert.StartsWith("op,kind,id,name,field,old,new\r\n", csv.Output.ReplaceLineEndings("\r\n"), StringComparison.Ordinal);
        Assert.Equal(400, csv.Output.Split('\n').Where(l => l.StartsWith("created,follow,", StringComparison.Ordinal)).Select(l => l.Split(',')[2]).Distinct().Count());
        Assert.Equal(0L, await scene.CountAsync("SELECT (SELECT count(*) FROM mirror.changes WHERE tenant_id = $1) + (SELECT count(*) FROM mirror.follows WHERE tenant_id = $1)"));
    }

    [Fact]
    public async Task Progress_tells_members_and_pages()
    {
        await using var scene = await SceneAsync();
        scene.Simulator.Faults.Always(scene.Corp, Fault.Delay(TimeSpan.FromMilliseconds(300)), "externalcontact/batch/get_by_user");

        var result = await scene.RunAsync("sync", scene.Key, "customers");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"members: \d+ of 12 read, \d+ pages", result.Error);
        foreach (var kind in new[] { "customer", "follow", "corp_tag", "group_chat" })
        {
            Assert.Contains(kind, result.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>A run's row is renewed every few seconds, so its pull must last.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task Progress_is_in_the_runs_row_where_console_and_status_find_it()
    {
        await using var scene = await SceneAsync();
        scene.Simulator.Faults.Always(scene.Corp, Fault.Delay(TimeSpan.FromSeconds(3)), "externalcontact/batch/get_by_user");
        await using var pull = scene.Start("sync", scene.Key, "customers");

        await pull.WaitUntilAsync("the run's row tells of members and calls", async _ => await scene.CountAsync("""
            SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'running' AND phase = 'members' AND expected = 12 AND api_calls > 2
            """) == 1);
        var status = await scene.RunAsync("status");
        var result = await pull.WaitForExitAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"customers\s+members\s+\d+\s+12\s+\d+", status.Output);
        Assert.Contains("CALLS", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_customer_is_told_step_by_step_and_removals_are_approved_for_the_half_that_they_are_of()
    {
        await using var scene = await SceneAsync();
        await scene.RunAsync("sync", scene.Key, "customers");
        var world = scene.Corp.Customers;
        var pair = world.Relations.GroupBy(r => r.ExternalUserId).First(g => g.Count() > 1).First();
        world.Edit(pair.UserId, pair.ExternalUserId, f => f with { Remark = "改了备注" });

        var one = await scene.RunAsync("sync", scene.Key, "customer", pair.ExternalUserId);
        Assert.Equal(0, one.ExitCode);
        Assert.Matches(@"^Mirror: followed by .*\nWeCom: a .*, followed by .*\nCompared: \d+ rows differ; written\.", one.Output.ReplaceLineEndings("\n"));
        Assert.Matches($"changed follow {pair.UserId}/{pair.ExternalUserId} .*remark: .* -> 改了备注", one.Output);
        Assert.Equal(0, (await scene.RunAsync("sync", scene.Key, "customer", "wmNobody")).ExitCode);

        foreach (var relation in world.Relations.Take(100).ToList())
        {
            world.Delete(relation.UserId, relation.ExternalUserId);
        }

        var held = await scene.RunAsync("sync", scene.Key, "customers");
        Assert.Equal(3, held.ExitCode);
        Assert.Contains($"sync {scene.Key} customers --approve", held.Error, StringComparison.Ordinal);
        var approved = await scene.RunAsync("held", "approve", scene.Key);
        Assert.Equal(0, approved.ExitCode);
        Assert.Equal(300L, await scene.CountAsync("SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NULL"));
    }

    private async Task<Scene> SceneAsync()
    {
        var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company);
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        return new Scene(database, simulator, corp, tenant.Id, tenant.Key);
    }

    private sealed record Scene(TestDatabase Database, SimulatorHost Simulator, Corp Corp, long TenantId, string Key) : IAsyncDisposable
    {
        public HostProcess Start(params string[] arguments) => WorkerProcess.Start(
            Database.ConnectionString, arguments, ("WeCom__BaseUrl", Simulator.BaseUrl), ("DOTNET_ENVIRONMENT", "Development"));

        public async Task<ProcessResult> RunAsync(params string[] arguments)
        {
            await using var process = Start(arguments);
            return await process.WaitForExitAsync();
        }

        public async Task<long> CountAsync(string sql)
        {
            await using var command = Database.DataSource.CreateCommand(sql);
            command.Parameters.AddWithValue(TenantId);
            return (long)(await command.ExecuteScalarAsync(Cancel))!;
        }

        public ValueTask DisposeAsync() => Simulator.DisposeAsync();
    }
}
