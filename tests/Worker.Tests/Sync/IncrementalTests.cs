using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>An incremental sync finds by ids who came, went and moved, and by turns what no list of ids shows.</summary>
public sealed class IncrementalTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 320, Departments = 64, Tags = 6, Seed = 31, Settings = new CorpSettings { HonoursFetchChild = false },
    };

    private static readonly TimeSpan BetweenRuns = TimeSpan.FromMinutes(10);

    private const string Versions = """
        SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
            SELECT xmin::text || ':' || user_id AS x FROM mirror.users WHERE tenant_id = $1
            UNION ALL SELECT xmin::text || ':' || id FROM mirror.departments WHERE tenant_id = $1
            UNION ALL SELECT xmin::text || ':' || user_id || department_id FROM mirror.user_departments WHERE tenant_id = $1
            UNION ALL SELECT xmin::text || ':' || tag_id FROM mirror.contact_tags WHERE tenant_id = $1
            UNION ALL SELECT xmin::text || ':' || tag_id || user_id FROM mirror.contact_tag_users WHERE tenant_id = $1
            UNION ALL SELECT xmin::text || ':' || seq FROM mirror.changes WHERE tenant_id = $1) AS rows
        """;

    [Fact]
    public async Task Without_changes_it_writes_nothing_and_reads_its_share_alone()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        await harness.AgeAsync(BetweenRuns);
        var before = await harness.ScalarAsync<string>(Versions);
        harness.Simulator.Calls.Clear();

        var report = await harness.IncrementalAsync();

        Assert.Equal((RunState.Done, 0), (report.State, report.Total.Changes));
        Assert.Equal(before, await harness.ScalarAsync<string>(Versions));
        // Ten minutes of six hours are a 36th of 320 people, who may be in small departments.
        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, "user/list"), 1, 12);
        Assert.InRange(report.ApiCalls, 6, 20);
    }

    [Fact]
    public async Task Newcomers_leavers_and_movers_are_mirrored_with_their_details_at_once()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var world = harness.World;
        world.Hire("NewComer-1", "新人😀", world.Departments[5].Id, world.Departments[9].Id);
        world.Leave(world.People.First(p => world.People.All(other => !other.DirectLeaders.Contains(p.UserId))).UserId);
        world.Move(world.People[7].UserId, world.Departments[3].Id);
        world.RenameDepartment(world.Departments[6].Id, "改名部");
        var added = world.AddDepartment("新部门", world.Departments[7].Id);
        world.Hire("NewComer-2", "二号", added.Id);

        var report = await harness.IncrementalAsync();

        Assert.Equal((RunState.Done, 2, 1), (report.State, report.Counts["user"].Created, report.Counts["user"].Removed));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Changes_that_no_list_shows_are_found_within_six_hours_and_the_calls_spread_evenly()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        foreach (var person in harness.World.People)
        {
            harness.World.Update(person.UserId, p => p with { Name = $"{p.Name}新", Status = 2 });
        }

        var most = 0;
        for (var run = 1; run <= 9; run++)
        {
            await harness.AgeAsync(4 * BetweenRuns);
            harness.Simulator.Calls.Clear();
            Assert.Equal(RunState.Done, (await harness.IncrementalAsync()).State);
            most = Math.Max(most, harness.Simulator.Calls.Count(harness.Corp.Id, "user/list"));
        }

        await harness.AssertMirrorIsTrueAsync();
        Assert.InRange(most, 1, 24);
    }

    [Fact]
    public async Task First_incremental_of_an_empty_mirror_reads_everything()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { Settings = new CorpSettings() });

        var report = await harness.IncrementalAsync();

        Assert.Equal(RunState.Done, report.State);
        Assert.Null(report.Drift);
        Assert.Equal(1, harness.Simulator.Calls.Count(harness.Corp.Id, "user/list"));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Whoever_a_list_of_ids_overlooks_is_asked_for_and_stays()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var left = harness.World.Leave(harness.World.People[1].UserId);
        var page = string.Join(',', harness.World.People.Skip(20).SelectMany(p => p.Memberships.Select(m => (p.UserId, m.DepartmentId)))
            .Select(row => $$"""{"userid":"{{row.UserId}}","department":{{row.DepartmentId}}}"""));
        harness.Simulator.Faults.Always(
            harness.Corp, Fault.Http(200, "application/json", $$"""{"errcode":0,"errmsg":"ok","next_cursor":"","dept_user":[{{page}}]}"""), "user/list_id");

        var report = await harness.IncrementalAsync();

        Assert.Equal(1, report.Counts["user"].Removed);
        Assert.Equal(319, await harness.LiveAsync("users"));
        Assert.True(await harness.ScalarAsync<bool>("SELECT removed_at IS NOT NULL FROM mirror.users WHERE tenant_id = $1 AND user_id = $2", left.UserId));
    }

    [Fact]
    public async Task Whoever_cannot_be_asked_for_stays_until_he_can()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.World.Leave(harness.World.People[1].UserId);
        var fault = harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(45009), "user/get");

        var report = await harness.IncrementalAsync();

        Assert.Equal((RunState.Partial, 0), (report.State, report.Counts["user"].Removed));
        harness.Simulator.Faults.Remove(fault.Id);
        // Whom he led no list of ids shows: they come in their turn.
        await harness.AgeAsync(TimeSpan.FromHours(7));
        Assert.Equal(1, (await harness.IncrementalAsync()).Counts["user"].Removed);
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Half_of_the_company_missing_from_the_list_is_held()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.HalfList(), "user/list_id");

        var report = await harness.IncrementalAsync();

        Assert.Equal(0, report.Counts["user"].Removed);
        Assert.Equal(320, await harness.LiveAsync("users"));
    }

    [Fact]
    public async Task Changed_userid_is_a_rename()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { AppIsNew = false });
        await harness.MirrorAsync();
        var before = harness.World.Update(harness.World.People[4].UserId, p => p with { HasGeneratedUserId = true });
        harness.World.ChangeUserId(before.UserId, "chosen.id");

        var report = await harness.IncrementalAsync();

        Assert.Equal((1, 0, 0), (report.Counts["user"].Renamed, report.Counts["user"].Removed, report.Counts["user"].Created));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Departments_that_came_into_sight_are_read_first()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var branch = harness.World.Branch();
        harness.Corp.App.Range = VisibleRange.OfDepartments(branch.Id);
        await harness.MirrorAsync();
        harness.Corp.App.Range = VisibleRange.WholeCompany;

        await harness.IncrementalAsync();

        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task With_the_application_alone_a_part_is_read_in_turn_and_nobody_is_removed_for_not_being_in_it()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: false);
        await harness.MirrorAsync();
        await harness.AgeAsync(BetweenRuns);
        harness.Simulator.Calls.Clear();

        var report = await harness.IncrementalAsync();

        Assert.Equal((RunState.Done, 0), (report.State, report.Total.Changes));
        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, "user/list"), 1, 4);
        harness.World.Leave(harness.World.People[3].UserId);
        harness.World.Hire("late", "后来", harness.World.Departments[8].Id);
        for (var run = 1; run <= 9; run++)
        {
            await harness.AgeAsync(4 * BetweenRuns);
            await harness.IncrementalAsync();
        }

        Assert.Equal(321, await harness.LiveAsync("users"));
        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task With_the_application_alone_a_small_company_is_read_in_whole()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { People = 40, Departments = 8 }, contacts: false);
        await harness.MirrorAsync();
        harness.World.Leave(harness.World.People[3].UserId);
        harness.World.Rename(harness.World.People[9].UserId, "改");

        await harness.IncrementalAsync();

        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Contact_sync_alone_mirrors_ids()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, app: false);
        await harness.MirrorAsync();
        harness.World.Leave(harness.World.People[3].UserId);
        harness.World.Hire("late", "后来", harness.World.Departments[8].Id);

        var report = await harness.IncrementalAsync();

        Assert.Equal((RunState.Done, 1, 1), (report.State, report.Counts["user"].Created, report.Counts["user"].Removed));
    }

    [Fact]
    public async Task New_tags_are_read_at_once_and_old_ones_in_turn()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        await harness.AgeAsync(BetweenRuns);
        var tag = harness.World.AddTag("新标签");
        harness.World.AddToTag(tag.Id, [harness.World.People[0].UserId], []);
        harness.Simulator.Calls.Clear();

        await harness.IncrementalAsync();

        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, "tag/get"), 1, 3);
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Withheld_field_keeps_its_value_and_says_how_old_it_is()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { AppIsNew = false });
        await harness.MirrorAsync();
        harness.Corp.App.HiddenFields = PersonalFields.Mobile;
        await harness.AgeAsync(TimeSpan.FromHours(7));

        var report = await harness.IncrementalAsync();

        Assert.Equal(0, report.Counts["user"].Changed);
        var mobile = Assert.Single(report.Fields, f => !f.Granted);
        Assert.Equal("mobile", mobile.Field);
        Assert.NotNull(mobile.LastReturnedAt);
        await harness.AssertMirrorIsTrueAsync(new TruthView { Hidden = PersonalFields.None });
    }
}
