using Microsoft.Extensions.DependencyInjection;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;
using Xunit;

namespace WeComSync.Worker.Tests.Events.Customers;

/// <summary>What happened before a member was read and is told after it, or is still shown by WeCom then: the reading knows better.</summary>
public sealed class LateCustomerEventTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(2);

    private static readonly CorpOptions Company = new()
    {
        People = 8,
        Departments = 3,
        Seed = 53,
        Customers = new CustomerOptions { Count = 60, Relations = 90, TagGroups = 3, GroupChats = 2, IdleShare = 0 },
    };

    [Theory]
    [InlineData("del_follow_user")]
    [InlineData("del_external_contact", "del_follow_user", "add_external_contact")]
    [InlineData("add_half_external_contact", "del_follow_user")]
    public async Task Late_word_of_a_relation_that_was_over_before_its_member_was_read_adds_nobody(params string[] order)
    {
        await using var harness = await StartAsync();
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var half = world.AddHalf(harness.World.People[0].UserId);
        world.Add(harness.World.People[0].UserId, half);
        world.DeleteByCustomer(harness.World.People[0].UserId, half);
        world.Delete(harness.World.People[0].UserId, half);
        var lost = feed.Take();
        await harness.MirrorCustomersAsync();
        var changes = await ChangesAsync(harness);

        foreach (var change in order)
        {
            var told = lost.Single(t => t.Event.ChangeType == change);
            await feed.StoreAsync(told with { At = told.At - Late });
            await harness.DrainAsync();
        }

        await harness.RetryAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(changes, await ChangesAsync(harness));
    }

    /// <summary>Nobody else tells of it. Where WeCom shows the relation, the mirror has all of it at once.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Word_of_a_relation_that_began_after_its_member_was_read_is_kept_though_the_adding_was_lost(bool lags)
    {
        await using var harness = await StartAsync(s => s with { DataLag = lags ? TimeSpan.FromHours(1) : TimeSpan.Zero });
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var added = world.Add(harness.World.People[0].UserId, with: f => f with { PersonalTags = [new PersonalTag("我的", "爱喝茶")] });
        world.DeleteByCustomer(added.UserId, added.ExternalUserId);
        var told = feed.Take();
        await feed.StoreAsync(told[1]);
        await harness.DrainAsync();
        Assert.Equal(1L, await MarkedAsync(harness));
        if (!lags)
        {
            await AssertAllIsKnownAsync();
        }

        harness.Corp.Settings = Company.Settings;
        await feed.StoreAsync(told[0]);
        await harness.DrainAsync();
        Assert.Equal(1L, await MarkedAsync(harness));
        await AssertAllIsKnownAsync();

        async Task AssertAllIsKnownAsync()
        {
            await harness.AssertCustomersAreTrueAsync();
            Assert.Equal(["爱喝茶"], await harness.ScalarAsync<string[]>(
                "SELECT personal_tags FROM mirror.follows WHERE tenant_id = $1 AND external_user_id = $2", added.ExternalUserId));
        }
    }

    /// <summary>K§8 no. 6: WeCom dates it with its first beginning, and so it seems to be over.</summary>
    [Fact]
    public async Task Word_of_the_customer_who_left_is_kept_though_only_the_end_before_is_known()
    {
        await using var harness = await StartAsync(s => s with { ReaddingKeepsData = true });
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var added = world.Add(harness.World.People[0].UserId, with: f => f with { CreateTime = f.CreateTime - 10 });
        world.Delete(added.UserId, added.ExternalUserId);
        world.Add(added.UserId, added.ExternalUserId);
        world.DeleteByCustomer(added.UserId, added.ExternalUserId);
        var told = feed.Take().Select((t, i) => t with { At = t.At.AddSeconds(i < 2 ? -10 : -5) }).ToList();
        foreach (var i in new[] { 3, 1, 0 })
        {
            await feed.StoreAsync(told[i]);
        }

        await harness.DrainAsync();
        await feed.StoreAsync(told[2]);
        await harness.DrainAsync();

        Assert.Equal(1L, await MarkedAsync(harness));
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 5, where the event of the deletion was lost: the reading that lacked the relation is the word of its end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Relation_that_a_reading_lacked_is_not_brought_by_a_stale_answer_and_one_that_begins_later_is(bool mirrored)
    {
        await using var harness = await StartAsync(s => s with { StaleFollowerFor = TimeSpan.FromHours(1) });
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var (kept, gone) = (world.Relations.First(), world.Relations.First(r => r.UserId != world.Relations.First().UserId).UserId);
        if (world.Find(gone, kept.ExternalUserId) is null)
        {
            world.Add(gone, kept.ExternalUserId, f => f with { CreateTime = f.CreateTime - (long)Late.TotalSeconds });
        }

        if (mirrored)
        {
            await harness.MirrorCustomersAsync();
        }

        world.Delete(gone, kept.ExternalUserId);
        await harness.MirrorCustomersAsync();
        Assert.Equal(mirrored ? 1L : 0L, await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL"));

        feed.Take();
        world.Edit(kept.UserId, kept.ExternalUserId, f => f with { Remark = "新备注" });
        await feed.DeliverAsync();
        await harness.AssertCustomersAreTrueAsync();

        world.Add(gone, kept.ExternalUserId);
        feed.Take();
        world.Edit(kept.UserId, kept.ExternalUserId, f => f with { Remark = "又改" });
        await feed.DeliverAsync();
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 6: its data are of before the end, but no member's own list shows what is over.</summary>
    [Fact]
    public async Task Relation_that_a_reading_lacked_is_back_at_once_where_the_members_list_has_it()
    {
        await using var harness = await StartAsync(s => s with { ReaddingKeepsData = true });
        var world = harness.Corp.Customers;
        var pair = world.Relations.First();
        world.Delete(pair.UserId, pair.ExternalUserId);
        await harness.MirrorCustomersAsync();
        world.Add(pair.UserId, pair.ExternalUserId);
        await harness.Services.GetRequiredService<CustomerCheck>().RunAsync(
            harness.Tenant.Id, new SyncRequest { Trigger = Domain.Runs.SyncTrigger.Schedule }, CustomerCheck.Budget, TestContext.Current.CancellationToken);

        await harness.AssertCustomersAreTrueAsync();
    }

    private async Task<SyncHarness> StartAsync(Func<CustomerSettings, CustomerSettings>? with = null)
    {
        var harness = await SyncHarness.StartAsync(database, Company with
        {
            Settings = new CorpSettings { Customers = (with ?? (s => s))(new CustomerSettings()) },
        });
        await harness.MirrorCustomersAsync();
        return harness;
    }

    private static Task<long> ChangesAsync(SyncHarness harness) =>
        harness.ScalarAsync<long>("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1");

    private static Task<long> MarkedAsync(SyncHarness harness) => harness.ScalarAsync<long>(
        "SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NULL AND deleted_by_customer_at IS NOT NULL");
}
