using System.Text.Json;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd;

/// <summary>What an operator is told of held removals, what he says back, and that exactly this is done.</summary>
public sealed class ApprovalCommandTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 60, Departments = 6, Tags = 2, SeveralDepartmentsShare = 0.5, Seed = 71 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The run that listed first, the one that told it last, and either command take what was pending when that run ended.</summary>
    [Theory]
    [InlineData("sync", "first")]
    [InlineData("sync", "last")]
    [InlineData("held", "first")]
    [InlineData("held", "last")]
    public async Task Approval_takes_the_run_that_told_and_removes_what_waited_when_it_ended(string command, string which)
    {
        await using var scene = await SceneAsync();
        await scene.RunAsync("sync", scene.Key, "full");
        var leavers = scene.Leave(10);
        var first = await scene.HeldAsync("full");
        var second = await scene.HeldAsync("incremental");
        leavers.AddRange(scene.Leave(2));
        var last = await scene.HeldAsync("full");
        Assert.Equal([first.Run], first.Runs);
        Assert.Equal([first.Run, second.Run], second.Runs);
        Assert.Equal([first.Run, last.Run], last.Runs);
        Assert.Equal((10, 10, 12), (first.Removals, second.Removals, last.Removals));

        var (run, count) = which == "first" ? (second.Run, 10) : (last.Run, 12);
        var expected = leavers.Take(count).ToList();
        var rows = await scene.CountAsync("""
            SELECT (SELECT count(*) FROM mirror.user_departments WHERE tenant_id = $1 AND removed_at IS NULL AND user_id = ANY($2))
                 + (SELECT count(*) FROM mirror.contact_tag_users WHERE tenant_id = $1 AND removed_at IS NULL AND user_id = ANY($2)) + $3
            """, expected.ToArray(), (long)count);
        var approved = command == "sync"
            ? await scene.RunAsync("sync", scene.Key, "full", "--approve", $"{run}", "--json")
            : await scene.RunAsync("held", "approve", scene.Key, "--run", $"{run}", "--json");

        Assert.Equal(count == 12 ? 0 : 3, approved.ExitCode);
        using var json = JsonDocument.Parse(approved.Output);
        Assert.Equal((count, 12 - count), (json.RootElement.GetProperty("removed").GetInt32(), json.RootElement.GetProperty("held").GetProperty("removals").GetInt32()));
        Assert.Equal(rows, await scene.CountAsync(
            "SELECT count(*) FROM mirror.changes WHERE tenant_id = $1 AND op = 'removed' AND key ->> 'user_id' = ANY($2)", (object)expected.ToArray()));
        Assert.Equal(rows, await scene.CountAsync("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1 AND op = 'removed'"));
        if (count == 12)
        {
            await MirrorTruth.AssertEqualAsync(database.DataSource, scene.TenantId, scene.Corp, Cancel);
        }

        var again = await scene.RunAsync("sync", scene.Key, "full", "--approve", $"{run}");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("held list", again.LastErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_says_beside_each_person_what_goes_along()
    {
        await using var scene = await SceneAsync();
        await scene.RunAsync("sync", scene.Key, "full");
        var leaver = scene.Corp.World.People.First(p => p.Memberships.Length == 2).UserId;
        scene.Corp.World.AddToTag(scene.Corp.World.AddTag("同行").Id, [leaver], []);
        await scene.RunAsync("sync", scene.Key, "full");
        scene.Corp.World.Leave(leaver);
        scene.Leave(9);
        var held = await scene.HeldAsync("full");
        Assert.Equal(10, held.Removals);

        var listed = await scene.RunAsync("held", "list", scene.Key, "--json");
        var shown = await scene.RunAsync("held", "list", scene.Key);

        using var json = JsonDocument.Parse(listed.Output);
        var removals = json.RootElement.GetProperty("removals").EnumerateArray().ToList();
        Assert.Equal(10, removals.Count);
        Assert.All(removals, r => Assert.Equal("user", r.GetProperty("kind").GetString()));
        var with = removals.Single(r => r.GetProperty("id").GetString() == leaver).GetProperty("with");
        Assert.Equal(2, with.GetProperty("user_department").GetInt32());
        Assert.Equal(
            await scene.CountAsync("SELECT count(*) FROM mirror.contact_tag_users WHERE tenant_id = $1 AND removed_at IS NULL AND user_id = ANY($2)", (object)new[] { leaver }),
            with.GetProperty("contact_tag_user").GetInt64());
        Assert.Matches($@"{leaver} .*2 user_department, \d+ contact_tag_user", shown.Output);

        var along = removals.Sum(r => r.GetProperty("with").EnumerateObject().Sum(w => w.Value.GetInt64()));
        var approved = await scene.RunAsync("held", "approve", scene.Key);
        Assert.Equal(0, approved.ExitCode);
        Assert.Contains("Removed with what they belong to, and not counted above: ", approved.Output, StringComparison.Ordinal);
        Assert.Equal(10 + along, await scene.CountAsync("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1 AND op = 'removed'"));
    }

    [Fact]
    public async Task Run_of_the_other_half_a_dry_run_and_a_number_that_is_no_run_approve_nothing()
    {
        await using var scene = await SceneAsync();
        await scene.RunAsync("sync", scene.Key, "full");
        scene.Leave(10);
        var dry = await scene.RunAsync("sync", scene.Key, "full", "--dry-run");
        Assert.Contains("10 removals would be held", dry.LastErrorLine, StringComparison.Ordinal);
        var held = await scene.HeldAsync("full");

        var other = await scene.RunAsync("sync", scene.Key, "customers", "--approve", $"{held.Run}");
        Assert.Equal(2, other.ExitCode);
        Assert.EndsWith($"sync {scene.Key} full --approve {held.Run}", other.LastErrorLine, StringComparison.Ordinal);
        Assert.Equal(2, (await scene.RunAsync("sync", scene.Key, "user", "anybody", "--approve", $"{held.Run}")).ExitCode);
        Assert.Equal(2, (await scene.RunAsync("sync", scene.Key, "full", "--approve", $"{held.Run + 1000}")).ExitCode);
        Assert.Equal(2, (await scene.RunAsync("held", "approve", scene.Key, "--run", $"{held.Run - 1}")).ExitCode);
        Assert.Equal(10L, await scene.CountAsync("SELECT count(*) FROM control.held_removals WHERE tenant_id = $1 AND decision = 'pending'"));
    }

    private async Task<Scene> SceneAsync()
    {
        var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company);
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        return new Scene(database, simulator, corp, tenant.Id, tenant.Key);
    }

    private sealed record Told(long Run, int Removals, long[] Runs);

    private sealed record Scene(TestDatabase Database, SimulatorHost Simulator, Corp Corp, long TenantId, string Key) : IAsyncDisposable
    {
        public Task<ProcessResult> RunAsync(params string[] arguments) => WorkerProcess.RunAsync(
            Database.ConnectionString, arguments, ("WeCom__BaseUrl", Simulator.BaseUrl), ("DOTNET_ENVIRONMENT", "Development"));

        /// <summary>Runs a sync that holds removals, and reads what it says of them.</summary>
        public async Task<Told> HeldAsync(string kind)
        {
            var result = await RunAsync("sync", Key, kind, "--json");
            Assert.Equal(3, result.ExitCode);
            using var json = JsonDocument.Parse(result.Output);
            var run = json.RootElement.GetProperty("run").GetInt64();
            Assert.Contains($"sync {Key} {kind} --approve {run}", result.LastErrorLine, StringComparison.Ordinal);
            var held = json.RootElement.GetProperty("held");
            return new Told(run, held.GetProperty("removals").GetInt32(), [.. held.GetProperty("runs").EnumerateArray().Select(r => r.GetInt64())]);
        }

        /// <summary>People leave whom nobody has as a leader: nothing else changes.</summary>
        public List<string> Leave(int count)
        {
            var leaders = Corp.World.People.SelectMany(p => p.DirectLeaders).ToHashSet();
            var leavers = Corp.World.People.Where(p => !leaders.Contains(p.UserId)).Take(count).Select(p => p.UserId).ToList();
            leavers.ForEach(id => Corp.World.Leave(id));
            return leavers;
        }

        public async Task<long> CountAsync(string sql, params object[] more)
        {
            await using var command = Database.DataSource.CreateCommand(sql);
            command.Parameters.AddWithValue(TenantId);
            foreach (var value in more)
            {
                command.Parameters.AddWithValue(value);
            }

            return (long)(await command.ExecuteScalarAsync(Cancel))!;
        }

        public ValueTask DisposeAsync() => Simulator.DisposeAsync();
    }
}
