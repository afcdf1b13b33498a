using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>Every combination of secrets and rights mirrors as much as it may see, and loses nothing of what it may not.</summary>
public sealed class CredentialTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 200, Departments = 30, Tags = 3, Seed = 3 };

    [Fact]
    public async Task Application_alone_mirrors_what_it_sees()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: false);

        await harness.MirrorAsync();

        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Contact_sync_alone_from_a_new_address_mirrors_ids_and_says_what_is_missing()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, app: false);

        var report = await harness.MirrorAsync();

        Assert.Contains("48009", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(200L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL AND detail = 'id_only' AND name IS NULL"));
        Assert.Equal(30, await harness.LiveAsync("departments"));
        Assert.Equal(harness.World.People.Sum(p => p.Memberships.Length), await harness.LiveAsync("user_departments"));
    }

    [Fact]
    public async Task Contact_sync_alone_from_a_grandfathered_address_mirrors_everything()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { ContactSyncIp = ContactSyncIp.Grandfathered }, app: false);

        await harness.MirrorAsync();

        await harness.AssertMirrorIsTrueAsync(new TruthView { Hidden = PersonalFields.None });
    }

    [Fact]
    public async Task Names_stay_when_the_right_to_details_is_lost()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { ContactSyncIp = ContactSyncIp.Grandfathered }, app: false);
        await harness.MirrorAsync();
        harness.Corp.Contacts.Ip = ContactSyncIp.New;

        var report = await harness.MirrorAsync();

        Assert.Equal(0, report.Total.Changes);
        await harness.AssertMirrorIsTrueAsync(new TruthView { Hidden = PersonalFields.None });
    }

    [Fact]
    public async Task People_outside_the_visible_range_are_mirrored_by_id()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var subtrees = harness.World.Departments
            .Where(d => d.ParentId == Department.RootId && harness.World.PeopleOf(d.Id).Count > 0).Select(d => d.Id).Take(2).ToArray();
        harness.Corp.App.Range = VisibleRange.OfDepartments(subtrees);

        await harness.MirrorAsync();

        Assert.Equal(200, await harness.LiveAsync("users"));
        var full = await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.users WHERE tenant_id = $1 AND detail = 'full'");
        Assert.InRange(full, 1, 199);
        Assert.Equal(harness.World.People.Sum(p => p.Memberships.Length), await harness.LiveAsync("user_departments"));

        harness.Corp.App.Range = VisibleRange.WholeCompany;
        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task People_visible_by_name_are_read_one_by_one()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: false);
        var branch = harness.World.Branch();
        var outside = harness.World.Outside(branch.Id);
        harness.Corp.App.Range = new VisibleRange([outside.UserId], [branch.Id], []);

        await harness.MirrorAsync();

        Assert.Equal(outside.Name, await harness.ScalarAsync<string>(
            "SELECT name FROM mirror.users WHERE tenant_id = $1 AND user_id = $2", outside.UserId));
    }

    [Fact]
    public async Task Department_whose_parent_is_invisible_is_kept_with_its_parent_id()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: false);
        var deep = harness.World.Departments.First(d => d.ParentId > Department.RootId);
        harness.Corp.App.Range = VisibleRange.OfDepartments(deep.Id);

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Done, report.State);
        Assert.Equal(deep.ParentId, await harness.ScalarAsync<long>(
            "SELECT parent_id FROM mirror.departments WHERE tenant_id = $1 AND id = $2", deep.Id));
    }

    /// <summary>Several subtrees that have no parent in common, which come and go between runs of both kinds.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disjoint_subtrees_that_shrink_and_grow_lose_nobody(bool contacts)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts: contacts);
        var subtrees = harness.World.Departments
            .Where(d => d.ParentId == Department.RootId && harness.World.PeopleOf(d.Id).Count > 0).Select(d => d.Id).Take(3).ToArray();
        harness.Corp.App.Range = VisibleRange.OfDepartments(subtrees);
        await harness.MirrorAsync();
        const string names = "SELECT string_agg(user_id || ':' || name || ref, ',' ORDER BY user_id) FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL AND detail = 'full'";
        var all = await harness.ScalarAsync<string>(names);

        foreach (var range in new[] { subtrees[..1], subtrees[1..], subtrees[..2], subtrees[2..], subtrees })
        {
            harness.Corp.App.Range = VisibleRange.OfDepartments(range);
            await harness.AgeAsync(TimeSpan.FromHours(7));
            Assert.Equal(RunState.Done, (await harness.IncrementalAsync()).State);
            Assert.Equal(all, await harness.ScalarAsync<string>(names));
            await harness.MirrorAsync();
            Assert.Equal(all, await harness.ScalarAsync<string>(names));
        }

        harness.Corp.App.Range = VisibleRange.WholeCompany;
        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Fields_granted_withdrawn_and_granted_again_are_recorded_and_their_values_kept()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { AppIsNew = false });
        Assert.All((await harness.MirrorAsync()).Fields, f => Assert.True(f.Granted));

        harness.Corp.App.HiddenFields = PersonalFields.Mobile | PersonalFields.Email;
        var withdrawn = (await harness.MirrorAsync()).Fields;
        Assert.Equal(["email", "mobile"], withdrawn.Where(f => !f.Granted).Select(f => f.Field));
        Assert.All(withdrawn, f => Assert.NotNull(f.LastReturnedAt));
        await harness.AssertMirrorIsTrueAsync(new TruthView { Hidden = PersonalFields.None });

        harness.Corp.App.HiddenFields = PersonalFields.None;
        Assert.All((await harness.MirrorAsync()).Fields, f => Assert.True(f.Granted));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Fields_that_were_never_granted_have_no_age()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);

        Assert.All((await harness.MirrorAsync()).Fields, f => Assert.Equal((false, null), (f.Granted, f.LastReturnedAt)));
    }

    [Fact]
    public async Task Ignored_fetch_child_is_noticed_and_remembered()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { Settings = new CorpSettings { HonoursFetchChild = false } });

        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();
        Assert.False(await harness.ScalarAsync<bool>("SELECT fetch_child_honoured FROM control.tenants WHERE id = $1"));

        harness.Simulator.Calls.Clear();
        await harness.MirrorAsync();
        var occupied = harness.World.Departments.Count(d => harness.World.PeopleOf(d.Id).Count > 0);
        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, "user/list"), 1, occupied);
    }

    [Fact]
    public async Task Too_large_answers_are_split_and_the_size_remembered()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { Settings = new CorpSettings { MaxUsersPerAnswer = 60 } });

        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();

        harness.Simulator.Calls.Clear();
        await harness.MirrorAsync();
        Assert.DoesNotContain(harness.Simulator.Calls.Records(harness.Corp.Id), call => call.ErrCode == 45029);
    }

    [Fact]
    public async Task Whole_company_needs_one_call_for_details_where_fetch_child_is_honoured()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);

        var report = await harness.MirrorAsync();

        Assert.Equal(1, harness.Simulator.Calls.Count(harness.Corp.Id, "user/list"));
        // Two tokens, two department lists, one page of ids, the application, everybody, the tag list, three tags.
        Assert.Equal(11, report.ApiCalls);
    }
}
