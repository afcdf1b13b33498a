using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>The ways in which mirrors of WeCom lose data, each produced for real; more of them stand in the neighbouring classes.</summary>
public sealed class LossTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 80, Departments = 12, Tags = 3, Seed = 21 };

    [Fact]
    public async Task List_of_ids_with_several_pages_is_read_to_its_end()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, new CorpOptions { People = 11_000, Departments = 150, Seed = 4 });

        var report = await harness.MirrorAsync();

        Assert.True(harness.Simulator.Calls.Count(harness.Corp.Id, "user/list_id") > 1, "the list had one page");
        Assert.Equal((11_000, 150), (report.Counts["user"].Created, report.Counts["department"].Created));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task More_than_a_hundred_departments_come_with_the_first_sync()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 120, Departments = 260, Seed = 26 });

        await harness.MirrorAsync();

        Assert.Equal(260, await harness.LiveAsync("departments"));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Theory]
    [InlineData("""{"errcode":45009,"errmsg":"api freq out of limit","taglist":[]}""")]
    [InlineData("""{"errcode":0,"errmsg":"ok","taglist":null}""")]
    public async Task Tag_list_that_fails_or_is_null_removes_no_tag(string answer)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.Http(200, "application/json", answer), "tag/list");

        Assert.Equal(RunState.Partial, (await harness.FullAsync()).State);
        await harness.AssertMirrorIsTrueAsync();
    }

    [Theory]
    [InlineData(40014)]
    [InlineData(42001)]
    public async Task Token_that_dies_in_the_middle_of_a_run_costs_one_new_token(int code)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Path = "user/list", Times = 1, Fault = Fault.TokenDeath(code) });
        harness.Simulator.Calls.Clear();

        await harness.MirrorAsync();

        Assert.Equal(1, harness.Simulator.Calls.Count(harness.Corp.Id, "gettoken"));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Person_in_several_departments_is_one_person_with_as_many_memberships()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { SeveralDepartmentsShare = 1 });

        await harness.MirrorAsync();

        Assert.Equal(80, await harness.LiveAsync("users"));
        Assert.True(await harness.LiveAsync("user_departments") > 150, "hardly anybody was in several departments");
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task One_failing_user_get_leaves_that_person_as_he_was()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: false);
        var branch = harness.World.Branch();
        var single = harness.World.Outside(branch.Id);
        harness.Corp.App.Range = new VisibleRange([single.UserId], [branch.Id], []);
        await harness.MirrorAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(45009), "user/get");

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal((single.UserId, (int?)45009), (Assert.Single(report.Errors).Key, report.Errors[0].Code));
        Assert.Equal(single.Name, await harness.ScalarAsync<string>(
            "SELECT name FROM mirror.users WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NULL", single.UserId));
    }

    [Fact]
    public async Task Failing_department_list_leaves_the_mirror_as_it_was()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.World.People.Take(3).ToList().ForEach(p => harness.World.Leave(p.UserId));
        harness.Simulator.Faults.Always(harness.Corp, Fault.BadGateway(), "department/list");

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Failed, report.State);
        Assert.Equal((80L, 12L), (await harness.LiveAsync("users"), await harness.LiveAsync("departments")));
    }

    [Fact]
    public async Task Ids_without_names_do_not_blank_names()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(60011), "user/list");

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal(0, report.Counts["user"].Changed);
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Row_fetched_later_than_the_sync_is_not_undone_by_it()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var (newer, gone) = (harness.World.People[0].UserId, harness.World.People[1].UserId);
        await harness.ScalarAsync<string>(
            "UPDATE mirror.users SET name = 'newer', fetched_at = now() + interval '1 hour' WHERE tenant_id = $1 AND user_id = $2 RETURNING name", newer);
        await harness.ScalarAsync<string>(
            "UPDATE mirror.users SET removed_at = now(), fetched_at = now() + interval '1 hour' WHERE tenant_id = $1 AND user_id = $2 RETURNING name", gone);

        await harness.MirrorAsync();

        Assert.Equal("newer", await harness.ScalarAsync<string>("SELECT name FROM mirror.users WHERE tenant_id = $1 AND user_id = $2", newer));
        Assert.Equal(79, await harness.LiveAsync("users"));
    }

    [Fact]
    public async Task One_bad_row_costs_only_itself()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { Seed = 22 });
        harness.World.Hire("good", "好人", Department.RootId);
        harness.World.Hire("odd", "怪名", Department.RootId);
        harness.Simulator.Faults.Always(harness.Corp, Fault.Http(200, "application/json", """
            {"errcode":0,"errmsg":"ok","userlist":[
              {"userid":"good","name":"好人","department":[1],"order":[0],"is_leader_in_dept":[0],"status":1},
              {"name":"没有号码","department":[1]},
              {"userid":"odd","name":"a\u0000b\ud83d","gender":"x","department":"1","extattr":[],"order":null}]}
            """), "user/list");

        var report = await harness.FullAsync();

        Assert.Equal((RunState.Partial, 2), (report.State, report.Counts["user"].Created));
        Assert.Equal("ab\uFFFD", await harness.ScalarAsync<string>("SELECT name FROM mirror.users WHERE tenant_id = $1 AND user_id = 'odd'"));
    }

    [Fact]
    public async Task Orphans_and_cycles_of_departments_are_kept_and_reported()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { Seed = 24 }, app: false);
        harness.World.Hire("somebody", "某人", Department.RootId);
        harness.Simulator.Faults.Always(harness.Corp, Fault.Http(200, "application/json", """
            {"errcode":0,"errmsg":"ok","department_id":[{"id":1,"parentid":0,"order":1},{"id":5,"parentid":99,"order":1},
              {"id":7,"parentid":8,"order":1},{"id":8,"parentid":7,"order":1},{"parentid":1}]}
            """), "department/simplelist");
        harness.Corp.Contacts.Ip = ContactSyncIp.Grandfathered;
        harness.Simulator.Faults.Always(harness.Corp, Fault.Http(200, "application/json", """
            {"errcode":0,"errmsg":"ok","department":[{"id":1,"parentid":0,"name":"公司"}]}
            """), "department/list");

        var report = await harness.FullAsync();

        Assert.Equal((RunState.Partial, 4), (report.State, report.Counts["department"].Created));
        Assert.Contains(report.Warnings, w => w.Contains("Department 5 has the parent 99", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, w => w.Contains("Department 7 is its own ancestor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_tenants_at_once_never_mix()
    {
        await using var one = await SyncHarness.StartAsync(database, Company);
        await using var two = await SyncHarness.StartAsync(database, Company with { Seed = 23, People = 90 });

        await Task.WhenAll(one.MirrorAsync(), two.MirrorAsync(), Task.CompletedTask);

        await one.AssertMirrorIsTrueAsync();
        await two.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Second_run_of_the_same_half_is_refused_while_the_first_lives()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        harness.Simulator.Faults.Always(harness.Corp, Fault.Hang(), "tag/list");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var begun = new TaskCompletionSource();
        var first = harness.Services.GetRequiredService<SyncRunner>().RunAsync(
            harness.Tenant.Id, SyncKind.Full, new SyncRequest { Trigger = SyncTrigger.Command, Started = _ => begun.SetResult() }, stop.Token);
        await begun.Task;

        await Assert.ThrowsAsync<RunInProgressException>(() => harness.FullAsync());

        await stop.CancelAsync();
        Assert.Equal(RunState.Cancelled, (await first).State);
        harness.Simulator.Faults.Clear();
        await harness.MirrorAsync();
    }

    [Fact]
    public async Task Run_that_lost_its_fence_writes_nothing()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        harness.Simulator.Faults.Always(harness.Corp, Fault.Delay(TimeSpan.FromMilliseconds(50)));
        var begun = new TaskCompletionSource();
        var first = harness.Services.GetRequiredService<SyncRunner>().RunAsync(
            harness.Tenant.Id, SyncKind.Full, new SyncRequest { Trigger = SyncTrigger.Command, Started = _ => begun.SetResult() },
            TestContext.Current.CancellationToken);
        await begun.Task;
        await harness.ScalarAsync<long>("UPDATE control.merge_fences SET fence = fence + 1 WHERE tenant_id = $1 RETURNING fence");

        Assert.Equal(RunState.Failed, (await first).State);
        Assert.Equal(0, await harness.LiveAsync("users"));
    }
}
