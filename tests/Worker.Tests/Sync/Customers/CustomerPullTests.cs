using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Commands.Sync;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync.Customers;

/// <summary>What a whole pull of customers makes of the mirror.</summary>
public sealed class CustomerPullTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    internal static readonly CorpOptions Company = new()
    {
        People = 30,
        Departments = 6,
        Seed = 31,
        Customers = new CustomerOptions { Count = 500, Relations = 800, TagGroups = 4, GroupChats = 12 },
    };

    [Fact]
    public async Task Mirror_says_what_WeCom_says_and_a_second_pull_writes_nothing()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);

        var first = await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal((800, 500), (first.Counts["follow"].Created, first.Counts["customer"].Created));
        var written = await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1");

        var second = await harness.MirrorCustomersAsync();
        Assert.Equal(0, second.Total.Changes);
        Assert.Equal(written, await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1"));
    }

    [Fact]
    public async Task Person_who_is_a_customer_of_two_tenants_is_a_row_of_each_with_one_unionid()
    {
        var people = new CustomerOptions { Count = 5, WeComShare = 0, WeChatSeed = 77 };
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 3, Seed = 33, Customers = people });
        await using var other = await harness.WithAnotherAsync(new CorpOptions { People = 4, Seed = 34, Customers = people });

        await harness.MirrorCustomersAsync();
        await other.MirrorCustomersAsync();

        await harness.AssertCustomersAreTrueAsync();
        await other.AssertCustomersAreTrueAsync();
        Assert.Equal(5L, await harness.ScalarAsync<long>($"""
            SELECT count(*) FROM mirror.customers a JOIN mirror.customers b ON b.tenant_id = {other.Tenant.Id} AND b.unionid = a.unionid
            WHERE a.tenant_id = $1 AND a.external_user_id <> b.external_user_id
            """));
    }

    [Fact]
    public async Task More_members_than_fit_in_a_chunk_are_all_read_with_the_fewest_calls()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions
        {
            People = 250, Departments = 10, Seed = 32, Customers = new CustomerOptions { Count = 3000, Relations = 4000 },
        });

        await harness.MirrorCustomersAsync();

        await harness.AssertCustomersAreTrueAsync();
        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, "externalcontact/batch/get_by_user"), 40, 43);
    }

    [Fact]
    public async Task Changes_between_pulls_reach_the_mirror_row_by_row()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        var world = harness.Corp.Customers;
        var relations = world.Relations.ToList();
        var (edited, deleted) = (relations[3], relations[70]);
        world.Edit(edited.UserId, edited.ExternalUserId, f => f with { Remark = "新备注", RemarkMobiles = ["13900000009"], TagIds = [] });
        world.EditCustomer(relations[10].ExternalUserId, c => c with { Name = "改了名" });
        world.Delete(deleted.UserId, deleted.ExternalUserId);
        var added = world.Add(edited.UserId);

        var report = await harness.MirrorCustomersAsync();

        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal((1, 1), (report.Counts["follow"].Created, report.Counts["follow"].Removed));
        Assert.Equal(("missing", 1L), (
            await harness.ScalarAsync<string>("SELECT removed_reason FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL"),
            await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.customers WHERE tenant_id = $1 AND external_user_id = $2", added.ExternalUserId)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Range_that_shrinks_removes_no_relation_and_one_that_grows_again_doubles_none(bool service)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        var before = await RefsAsync(harness);
        var half = new VisibleRange([.. harness.World.People.Take(15).Select(p => p.UserId)], [], []);
        Narrow(half);

        var narrow = await harness.MirrorCustomersAsync();

        Assert.Equal((0, 0), (narrow.Total.Removed, narrow.Total.Held));
        Assert.Equal(800, await harness.LiveAsync("follows"));
        var hidden = await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND NOT visible");
        Assert.InRange(hidden, 1, 799);
        Assert.True(await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.customers WHERE tenant_id = $1 AND NOT visible") > 0);

        Narrow(VisibleRange.WholeCompany);
        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(before, await RefsAsync(harness));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND NOT visible"));

        void Narrow(VisibleRange range)
        {
            if (service)
            {
                harness.Corp.Customers.ServiceRange = range;
            }
            else
            {
                harness.Corp.App.Range = range;
            }
        }
    }

    /// <summary>Several chunks share customers: what one of them writes, the others find.</summary>
    [Fact]
    public async Task Dry_run_writes_nothing_and_tells_the_whole_difference_which_a_pull_right_after_makes()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions
        {
            People = 130, Departments = 6, Seed = 35, Customers = new CustomerOptions { Count = 700, Relations = 1200, TagGroups = 3, GroupChats = 6 },
        });
        Assert.InRange((await CompareAsync()).Planned.Count, 2000, 4000);

        var world = harness.Corp.Customers;
        var relations = world.Relations.ToList();
        harness.Corp.App.Range = new VisibleRange([.. harness.World.People.Skip(10).Select(p => p.UserId)], [], []);
        await harness.MirrorCustomersAsync();
        harness.Corp.App.Range = VisibleRange.WholeCompany;
        foreach (var relation in relations.Take(20))
        {
            world.Delete(relation.UserId, relation.ExternalUserId);
        }

        // A customer whose only follower goes, and who gets another one in a different chunk, stays in sight.
        var alone = relations.Skip(20).GroupBy(r => r.ExternalUserId).First(g => g.Count() == 1).First();
        world.Delete(alone.UserId, alone.ExternalUserId);
        world.Add(relations[^1].UserId, alone.ExternalUserId);
        world.Edit(relations[^1].UserId, relations[^1].ExternalUserId, f => f with { Remark = "新备注" });
        world.EditCustomer(relations[^2].ExternalUserId, c => c with { Name = "改名" });
        world.AddTagGroup("新组", "一");
        world.DismissChat(world.Chats.First().ChatId);

        var plan = await CompareAsync();
        Assert.Equal((1, 1), (plan.Counts["follow"].Created, plan.Counts["group_chat"].Removed));
        Assert.InRange(plan.Counts["follow"].Removed, 20, 21);

        async Task<SyncReport> CompareAsync()
        {
            var seq = await harness.ScalarAsync<long>("SELECT COALESCE(max(seq), 0) FROM mirror.changes WHERE tenant_id = $1");
            var planned = await harness.PullAsync(dryRun: true);
            Assert.Equal((RunState.Done, null), (planned.State, planned.Error));
            Assert.Equal(seq, await harness.ScalarAsync<long>("SELECT COALESCE(max(seq), 0) FROM mirror.changes WHERE tenant_id = $1"));
            var run = await harness.MirrorCustomersAsync();
            var made = await harness.ScalarAsync<string[]>(
                "SELECT array_agg(entity || ' ' || (SELECT string_agg(value, '/') FROM jsonb_each_text(key)) || ' ' || op || ' ' || array_to_string(fields, ',')) FROM mirror.changes WHERE tenant_id = $1 AND seq > $2",
                seq);
            Assert.Equal(
                made.Order(StringComparer.Ordinal),
                planned.Planned.Select(p => $"{p.Entity} {PlannedCsv.Id(p)} {p.Op} {string.Join(',', p.Op == "removed" ? [] : p.Fields.Select(f => f.Field))}")
                    .Order(StringComparer.Ordinal));
            Assert.Equal(run.Counts, planned.Counts);
            return planned;
        }
    }

    [Fact]
    public async Task Too_many_removals_are_held_and_removed_after_approval()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        foreach (var relation in harness.Corp.Customers.Relations.Take(200).ToList())
        {
            harness.Corp.Customers.Delete(relation.UserId, relation.ExternalUserId);
        }

        var held = await harness.MirrorCustomersAsync();
        Assert.Equal((200, 0), (held.Counts["follow"].Held, held.Counts["follow"].Removed));
        Assert.Equal(800, await harness.LiveAsync("follows"));

        var approved = await harness.PullAsync(approve: held.RunId);
        Assert.Equal((RunState.Done, 200), (approved.State, approved.Counts["follow"].Removed));
        await harness.AssertCustomersAreTrueAsync();
    }

    private static Task<string> RefsAsync(SyncHarness harness) => harness.ScalarAsync<string>(
        "SELECT md5(string_agg(user_id || external_user_id || ref, ',' ORDER BY user_id, external_user_id)) FROM mirror.follows WHERE tenant_id = $1");
}
