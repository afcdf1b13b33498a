using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>G17: whichever API call of a sync fails, and however, nobody who is there is removed, and the next run is right.</summary>
public sealed class FaultAtEveryCallTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly string[] Names = ["60011", "45009", "48002", "40001", "50100", "-1", "html", "reset", "half body", "truncated", "empty", "dead token"];

    public static TheoryData<string> Faults => [.. Names];

    /// <summary>Whatever happens at whichever call: nobody who is there is removed, and the next good run is right.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_at_any_call_removes_nobody_and_the_next_run_is_right(string name)
    {
        await using var harness = await SyncHarness.StartAsync(
            database, new CorpOptions { People = 40, Departments = 8, Tags = 2, Seed = 2, Settings = new CorpSettings { MaxUsersPerAnswer = 25 } });
        Assert.InRange(await FailEachCallAsync(harness, _ => name), 8, 30);
    }

    public static TheoryData<int> Seeds => TestServer.LongRun ? [3, 4, 5, 6, 7] : [3];

    /// <summary>Each call fails in another way; in a long run in each way.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_failing_call_of_a_company_of_300_removes_anybody(int seed)
    {
        await using var harness = await SyncHarness.StartAsync(
            database, new CorpOptions { People = 300, Departments = 16, Tags = 2, Seed = seed, Settings = new CorpSettings { MaxUsersPerAnswer = 120 } });
        for (var first = 0; first < (TestServer.LongRun ? Names.Length : 1); first++)
        {
            Assert.InRange(await FailEachCallAsync(harness, k => Names[(k + first) % Names.Length]), 8, 40);
        }
    }

    /// <returns>How many calls a sync has.</returns>
    private static async Task<int> FailEachCallAsync(SyncHarness harness, Func<int, string> faultAt)
    {
        // Without the guard, which would hold the many who leave within a day, and hide what must not be removed at all.
        await harness.ScalarAsync<long>("UPDATE control.tenants SET max_removed = 10000, max_removed_percent = 100 WHERE id = $1 RETURNING id");
        await harness.MirrorAsync();
        harness.Simulator.Calls.Clear();
        await harness.MirrorAsync();
        var calls = harness.Simulator.Calls.Count(harness.Corp.Id);
        for (var k = 1; k <= calls; k++)
        {
            var name = faultAt(k);
            var leaver = harness.World.People[k % harness.World.People.Count];
            harness.World.Leave(leaver.UserId);
            harness.World.Hire($"arrival-{name.Replace(' ', '-')}-{k}", "新人", harness.World.Departments[k % harness.World.Departments.Count].Id);
            harness.Simulator.Faults.AtCall(harness.Corp, k, Make(name));

            var report = await harness.FullAsync();

            await AssertNobodyLostAsync(harness, $"{name} at call {k}");
            if (report.State != RunState.Done)
            {
                Assert.False(string.IsNullOrEmpty(report.Error), $"{name} at call {k}: the run does not say what failed");
            }

            harness.Simulator.Faults.Clear();
            harness.RestartWorker();
            await harness.ScalarAsync<string>("UPDATE control.tenants SET state = 'active' WHERE id = $1 RETURNING state");
            await harness.MirrorAsync();
            await harness.AssertMirrorIsTrueAsync();
        }

        return calls;
    }

    private static Fault Make(string name) => name switch
    {
        "html" => Fault.BadGateway(),
        "reset" => Fault.Reset(),
        "half body" => Fault.Reset(inMidBody: true),
        "truncated" => Fault.Truncate(),
        "empty" => Fault.EmptyList(),
        "dead token" => Fault.TokenDeath(),
        _ => Fault.ErrCode(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static async Task AssertNobodyLostAsync(SyncHarness harness, string when)
    {
        var lost = await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NOT NULL AND user_id = ANY($2)",
            (object)harness.World.People.Select(p => p.UserId).ToArray());
        Assert.True(lost == 0, $"{when}: {lost} people removed who are there");
        var departments = await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.departments WHERE tenant_id = $1 AND removed_at IS NOT NULL AND id = ANY($2)",
            harness.World.Departments.Select(d => d.Id).ToArray());
        Assert.True(departments == 0, $"{when}: {departments} departments removed that are there");
    }
}
