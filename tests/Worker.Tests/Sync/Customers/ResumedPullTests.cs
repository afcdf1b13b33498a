using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync.Customers;

/// <summary>A pull that was cut off goes on near where it was, and takes nothing over from the run before but what was read.</summary>
public sealed class ResumedPullTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>Calls that are made twice at most.</summary>
    private const int MostRepeated = 50;

    private const string Batch = "externalcontact/batch/get_by_user";

    /// <summary>Sales staff: so many customers each that a hundred members are far more than may be read in vain.</summary>
    private static readonly CorpOptions Sales = new()
    {
        People = 40, Departments = 4, Seed = 41, Customers = new CustomerOptions { Count = 9000, Relations = 12_000, TagGroups = 2, GroupChats = 60, MostInChat = 4 },
    };

    private static readonly CorpOptions Small = new()
    {
        People = 12, Departments = 3, Seed = 42, Customers = new CustomerOptions { Count = 120, Relations = 180, GroupChats = 6, IdleShare = 0 },
    };

    /// <summary>Every call in a long run.</summary>
    [Fact]
    public async Task Pull_that_is_cut_off_at_any_call_makes_few_of_them_twice_and_no_more_than_needed_otherwise()
    {
        await using var harness = await SyncHarness.StartAsync(database, Sales);
        await WithoutGuardAsync(harness);
        await harness.MirrorCustomersAsync();
        // Each member has somebody whom his own list must say to be gone, so that the last step is cut off too.
        var calls = await ChangeAndCountAsync(harness, 0);
        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, Batch), 120, (int)Math.Ceiling(121 * 1.02) + 1);

        for (var k = 1; k <= calls; k += TestServer.LongRun ? 1 : 23)
        {
            Change(harness, k);
            await CutOffAndResumeAsync(harness, k, calls);
            await harness.AssertCustomersAreTrueAsync();
        }
    }

    /// <summary>Nothing is known of anybody then.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(75)]
    [InlineData(118)]
    [InlineData(170)]
    public async Task First_pull_that_is_cut_off_makes_few_calls_twice(int k)
    {
        await using var harness = await SyncHarness.StartAsync(database, Sales);
        await using var undisturbed = await harness.WithAnotherAsync(Sales);
        await undisturbed.MirrorCustomersAsync();
        var calls = harness.Simulator.Calls.Count(undisturbed.Corp.Id);

        await CutOffAndResumeAsync(harness, k, calls);

        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>The fifth failure in a row ends the run; the four members before it were noted as unreadable.</summary>
    [Fact]
    public async Task Members_who_could_not_be_read_while_WeCom_was_away_are_read_by_the_run_that_goes_on()
    {
        await using var harness = await SyncHarness.StartAsync(database, Small);
        await harness.MirrorCustomersAsync();
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Path = Batch, Fault = Fault.ErrCode(-1) });
        var cut = await harness.PullAsync();
        Assert.Equal(RunState.Failed, cut.State);
        var world = harness.Corp.Customers;
        foreach (var member in world.Relations.GroupBy(r => r.UserId).ToList())
        {
            world.Delete(member.Key, member.First().ExternalUserId);
            world.Add(member.Key);
        }

        harness.Simulator.Faults.Clear();
        harness.RestartWorker();
        var resumed = await harness.MirrorCustomersAsync();

        Assert.Empty(resumed.Errors);
        await harness.AssertCustomersAreTrueAsync();
    }

    [Fact]
    public async Task Group_chat_that_could_not_be_read_is_read_by_the_run_that_goes_on()
    {
        await using var harness = await SyncHarness.StartAsync(database, Small with { Customers = Small.Customers with { GroupChats = 90, MostInChat = 3 } });
        await harness.MirrorCustomersAsync();
        var world = harness.Corp.Customers;
        var ids = world.Chats.Select(c => c.ChatId).Order(StringComparer.Ordinal).ToList();
        world.RenameChat(ids[3], "改了名的群");
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, About = ids[3], Fault = Fault.ErrCode(-1) });
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, About = ids[^1], Fault = Fault.ErrCode(45009) });
        Assert.Equal(RunState.Failed, (await harness.PullAsync()).State);

        harness.Simulator.Faults.Clear();
        harness.RestartWorker();
        harness.Simulator.Calls.Clear();
        await harness.MirrorCustomersAsync();

        await harness.AssertCustomersAreTrueAsync();
        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, "externalcontact/groupchat/get"), 1, MostRepeated);
    }

    /// <summary>A list that was empty because its member was out of sight for a while is no proof for the run that goes on.</summary>
    [Fact]
    public async Task List_of_a_member_who_was_out_of_sight_when_the_run_was_cut_off_proves_nothing_to_the_next()
    {
        await using var harness = await SyncHarness.StartAsync(database, Small with
        {
            Settings = new CorpSettings { Customers = new CustomerSettings { NoFunctionCode = 84061, BatchSkipsUnknownMembers = true } },
        });
        await harness.MirrorCustomersAsync();
        var world = harness.Corp.Customers;
        var people = harness.World.People.Select(p => p.UserId).ToList();
        world.ServiceRange = new([.. people.Skip(1)], [], []);
        harness.Simulator.Faults.Add(new FaultRule
        {
            CorpId = harness.Corp.Id, Path = "externalcontact/get_follow_user_list", Times = 2,
            Fault = Fault.Http(200, "application/json", $$"""{"errcode":0,"errmsg":"ok","follow_user":[{{string.Join(',', people.Select(id => $"\"{id}\""))}}]}"""),
        });
        harness.Simulator.Faults.Add(new FaultRule
        {
            CorpId = harness.Corp.Id, Path = "externalcontact/get_follow_user_list", FromCall = 3, Fault = Fault.ErrCode(45009),
        });
        Assert.Equal(RunState.Failed, (await harness.PullAsync()).State);

        harness.Simulator.Faults.Clear();
        harness.RestartWorker();
        world.ServiceRange = Simulator.Worlds.VisibleRange.WholeCompany;
        var report = await harness.MirrorCustomersAsync();

        Assert.Equal(0, report.Total.Removed + report.Total.Held);
        await harness.AssertCustomersAreTrueAsync();
    }

    private static async Task CutOffAndResumeAsync(SyncHarness harness, int k, int calls)
    {
        harness.RestartWorker();
        harness.Simulator.Calls.Clear();
        // From then on WeCom says nothing: whatever was under way is lost, as it is when the process dies.
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, FromCall = k, Fault = Fault.ErrCode(45009) });
        var cut = await harness.PullAsync();
        Assert.True(cut.State == RunState.Failed, $"cut off at call {k}: {cut.State} {cut.Error}");
        harness.Simulator.Faults.Clear();
        var answered = harness.Simulator.Calls.Records(harness.Corp.Id).Count(r => r.ErrCode != 45009);
        harness.RestartWorker();
        harness.Simulator.Calls.Clear();

        var report = await harness.MirrorCustomersAsync();

        Assert.Empty(report.Errors);
        var repeated = answered + harness.Simulator.Calls.Count(harness.Corp.Id) - calls;
        // A chunk that is cut elsewhere may have another last page.
        Assert.True(repeated <= MostRepeated + 3, $"cut off at call {k} of {calls}: {answered} answered, {repeated} made twice");
    }

    private static async Task<int> ChangeAndCountAsync(SyncHarness harness, int round)
    {
        Change(harness, round);
        harness.Simulator.Calls.Clear();
        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
        return harness.Simulator.Calls.Count(harness.Corp.Id);
    }

    private static void Change(SyncHarness harness, int round)
    {
        var world = harness.Corp.Customers;
        foreach (var person in harness.World.People)
        {
            if (world.RelationsOf(person.UserId) is { Count: > 0 } relations)
            {
                world.Delete(person.UserId, relations[round % relations.Count].ExternalUserId);
                world.Add(person.UserId);
            }
        }
    }

    private static Task<long> WithoutGuardAsync(SyncHarness harness) => harness.ScalarAsync<long>(
        "UPDATE control.tenants SET max_removed = 100000, max_removed_percent = 100 WHERE id = $1 RETURNING id");
}
