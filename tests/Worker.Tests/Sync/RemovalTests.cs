using System.Text.Json;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>
/// G17: nothing is removed that the data does not prove to be gone, nor more at once than the guard allows. See also
/// <see cref="HeldRemovalTests"/> and <see cref="FaultAtEveryCallTests"/>.
/// </summary>
public sealed class RemovalTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 120, Departments = 20, Tags = 4, Seed = 11 };

    [Theory]
    [InlineData("user/list_id", RunState.Partial)]
    [InlineData("department/simplelist", RunState.Partial)]
    [InlineData("department/list", RunState.Partial)]
    [InlineData("tag/list", RunState.Done, 4)]
    [InlineData("user/list", RunState.Done)]
    public async Task Empty_answer_without_an_error_removes_nobody(string path, RunState state, int held = 0)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var fault = harness.Simulator.Faults.Always(harness.Corp, Fault.EmptyList(), path);

        var report = await harness.FullAsync();

        Assert.Equal((state, 0, held), (report.State, report.Total.Changes, report.Total.Held));
        Assert.Equal(120, await harness.LiveAsync("users"));
        Assert.Equal(20, await harness.LiveAsync("departments"));
        Assert.Equal(4, await harness.LiveAsync("contact_tags"));
        harness.Simulator.Faults.Remove(fault.Id);
        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Emptied_visible_range_removes_nobody_and_says_so()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: false);
        await harness.MirrorAsync();
        harness.Corp.App.Range = VisibleRange.Nothing;

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Failed, report.State);
        Assert.Contains("可见范围", report.Action, StringComparison.Ordinal);
        Assert.Equal(120, await harness.LiveAsync("users"));
    }

    [Fact]
    public async Task Shrunk_visible_range_removes_nobody_and_grown_again_keeps_refs()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: false);
        await harness.MirrorAsync();
        const string refs = "SELECT string_agg(user_id || ref, ',' ORDER BY user_id) FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL";
        var before = await harness.ScalarAsync<string>(refs);
        var branch = harness.World.Departments.First(d => d.ParentId == Department.RootId && harness.World.PeopleOf(d.Id).Count > 0);

        harness.Corp.App.Range = VisibleRange.OfDepartments(branch.Id);
        await harness.MirrorAsync();
        Assert.Equal(before, await harness.ScalarAsync<string>(refs));

        harness.Corp.App.Range = VisibleRange.WholeCompany;
        await harness.MirrorAsync();
        Assert.Equal(before, await harness.ScalarAsync<string>(refs));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task With_the_application_alone_a_leaver_inside_the_visible_range_is_removed()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: false);
        await harness.MirrorAsync();
        harness.World.Leave(harness.World.People[5].UserId);

        var report = await harness.MirrorAsync();

        Assert.Equal(1, report.Counts["user"].Removed);
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task With_the_application_alone_one_unreadable_department_removes_nobody()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { Settings = new CorpSettings { HonoursFetchChild = false } }, contacts: false);
        await harness.MirrorAsync();
        harness.World.Leave(harness.World.People[5].UserId);
        harness.Simulator.Faults.Add(new FaultRule
        {
            CorpId = harness.Corp.Id, Path = "user/list", FromCall = 7, Times = 1, Fault = Fault.ErrCode(60011),
        });

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal(0, report.Counts["user"].Removed);
        Assert.Equal(120, await harness.LiveAsync("users"));
    }

    [Fact]
    public async Task One_unreadable_tag_keeps_its_members()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var members = await harness.LiveAsync("contact_tag_users");
        harness.Simulator.Faults.Add(new FaultRule
        {
            CorpId = harness.Corp.Id, Path = "tag/get", FromCall = 1, Times = 1, Fault = Fault.ErrCode(40068),
        });

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal("contact_tag", Assert.Single(report.Errors).Entity);
        Assert.Equal(members, await harness.LiveAsync("contact_tag_users"));
    }

    [Fact]
    public async Task More_removals_than_the_guard_allows_are_held_and_newcomers_applied()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var leavers = harness.World.People.Take(13).Select(p => p.UserId).ToList();
        leavers.ForEach(id => harness.World.Leave(id));
        harness.World.Hire("arrived", "新来的", Department.RootId);

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Done, report.State);
        Assert.Equal((13, 0, 1), (report.Counts["user"].Held, report.Counts["user"].Removed, report.Counts["user"].Created));
        Assert.Equal(121, await harness.LiveAsync("users"));
        Assert.Equal(13L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM control.held_removals WHERE tenant_id = $1 AND decision = 'pending' AND name IS NOT NULL"));
    }

    [Fact]
    public async Task As_many_removals_as_the_guard_allows_are_applied()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.World.People.Take(12).ToList().ForEach(p => harness.World.Leave(p.UserId));

        var report = await harness.MirrorAsync();

        Assert.Equal((0, 12), (report.Counts["user"].Held, report.Counts["user"].Removed));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Approval_removes_only_what_was_listed_and_is_still_missing()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var leavers = harness.World.People.Take(20).ToList();
        leavers.ForEach(p => harness.World.Leave(p.UserId));
        var held = await harness.FullAsync();
        harness.World.Hire(leavers[0]);

        var report = await harness.FullAsync(approve: held.RunId);

        Assert.Equal((0, 19), (report.Counts["user"].Held, report.Counts["user"].Removed));
        await harness.AssertMirrorIsTrueAsync();
        Assert.Equal("expired 1, removed 19", await harness.ScalarAsync<string>("""
            SELECT string_agg(decision || ' ' || n, ', ' ORDER BY decision) FROM (
                SELECT decision, count(*) AS n FROM control.held_removals WHERE tenant_id = $1 AND entity = 'user' GROUP BY 1) AS d
            """));
    }

    [Fact]
    public async Task Held_removals_stay_with_the_run_that_listed_them_first()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.World.People.Take(20).ToList().ForEach(p => harness.World.Leave(p.UserId));
        var first = await harness.FullAsync();
        await harness.FullAsync();

        var report = await harness.FullAsync(approve: first.RunId);

        Assert.Equal(20, report.Counts["user"].Removed);
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>
    /// The list of ids has a membership out of the application's sight, then an event that names no departments touches the person: the
    /// list still lacks nothing.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Membership_out_of_sight_stays_when_an_event_touches_its_person_after_he_was_listed(bool full)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { Departments = 1, Seed = 12 });
        foreach (var id in new long[] { 2, 3 })
        {
            harness.World.AddDepartment($"部门{id}", id: id);
        }

        harness.World.Hire("anna", "安娜", 2, 3);
        harness.World.Hire("bert", "伯特", 2);
        await harness.MirrorAsync();
        harness.Corp.App.Range = VisibleRange.OfDepartments(2);

        await OvertakeAsync(harness, "tag/list", full, async () =>
        {
            harness.World.Update("anna", p => p with { Name = "安妮" });
            await harness.TellAsync("update_user", [("UserID", "anna")]);
        });

        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>The application's range shrinks under the sync: the event's answer lacks what the sync's answer had.</summary>
    [Fact]
    public async Task Membership_that_went_out_of_sight_in_mid_sync_stays_when_an_event_touches_its_person()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { Departments = 1, Seed = 13 });
        foreach (var id in new long[] { 2, 3 })
        {
            harness.World.AddDepartment($"部门{id}", id: id);
        }

        harness.World.Hire("anna", "安娜", 2, 3);
        await harness.MirrorAsync();

        await OvertakeAsync(harness, "tag/list", full: true, async () =>
        {
            harness.Corp.App.Range = VisibleRange.OfDepartments(2);
            harness.World.Update("anna", p => p with { Name = "安妮" });
            await harness.TellAsync("update_user", [("UserID", "anna")]);
        });

        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>The event's answer names the tag and nobody who carries it: the sync's older answer named them all.</summary>
    [Fact]
    public async Task Carriers_of_a_tag_stay_when_an_event_touches_the_tag_after_they_were_read()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { Departments = 1, Seed = 14 });
        harness.World.AddDepartment("部门2", id: 2);
        harness.World.Hire("anna", "安娜", 2);
        var tag = harness.World.AddTag("标签");
        harness.World.AddTag("另一个");
        harness.World.AddToTag(tag.Id, ["anna"], [2]);
        await harness.MirrorAsync();

        await OvertakeAsync(harness, "tag/get", full: true, async () =>
        {
            harness.Simulator.Faults.Add(new FaultRule
            {
                CorpId = harness.Corp.Id, Path = "tag/get", FromCall = 1, Times = 1,
                Fault = Fault.Http(200, "application/json", $$"""{"errcode":0,"errmsg":"ok","tagname":"{{tag.Name}}"}"""),
            });
            await harness.TellAsync("update_tag", [("TagId", $"{tag.Id}"), ("AddUserItems", "anna")]);
        }, call: 2);

        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>Lets something happen, and its event be applied, while a sync waits for an answer.</summary>
    private static async Task OvertakeAsync(
        SyncHarness harness, string path, bool full, Func<Task> happenAsync, int call = 1)
    {
        var calls = 0;
        harness.Simulator.Asked += Overtake;
        var report = full ? await harness.FullAsync() : await harness.IncrementalAsync();
        harness.Simulator.Asked -= Overtake;
        Assert.Equal((true, RunState.Done), (calls >= call, report.State));

        // On the thread that answers: the sync waits for its answer, and so for the event.
        void Overtake(Corp corp, string asked, JsonElement body)
        {
            if (asked == path && Interlocked.Increment(ref calls) == call)
            {
                ApplyAsync().GetAwaiter().GetResult();
            }
        }

        async Task ApplyAsync()
        {
            await happenAsync();
            await harness.DrainAsync();
            Assert.Equal(1L, await harness.CountEventsAsync("applied"));
        }
    }
}
