using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using WeComSync.Worker.Events.Customers;
using Xunit;

namespace WeComSync.Worker.Tests.Events.Customers;

/// <summary>What each event of customers, tags and group chats does to the mirror.</summary>
public sealed class CustomerEventTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 8,
        Departments = 3,
        Seed = 51,
        Customers = new CustomerOptions { Count = 60, Relations = 90, TagGroups = 3, GroupChats = 4, IdleShare = 0 },
    };

    [Theory]
    [InlineData(Channel.Customers)]
    [InlineData(Channel.App)]
    // Somebody pasted another function's address: the message tells what it is about, the address does not.
    [InlineData(Channel.Contacts)]
    [InlineData(Channel.Archive)]
    public async Task Every_kind_of_change_reaches_the_mirror(Channel channel)
    {
        await using var harness = await StartAsync(Company);
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var relations = world.Relations.ToList();
        var member = relations[0].UserId;

        world.Add(member, with: f => f with { State = "shop-1" });
        world.Edit(relations[1].UserId, relations[1].ExternalUserId, f => f with { Remark = "新备注", PersonalTags = [new("我的", "爱喝茶")] });
        world.Delete(relations[2].UserId, relations[2].ExternalUserId);
        var group = world.AddTagGroup("新组", "一", "二");
        world.RenameTag(group.Tags[0].Id, "改名");
        var chat = world.AddChat(member, "新群", relations[0].ExternalUserId);
        world.JoinChat(chat.ChatId, [relations[3].ExternalUserId]);
        world.RenameChat(world.Chats.First().ChatId, "改了名");
        world.DismissChat(world.Chats.Skip(1).First().ChatId);
        var ids = await feed.DeliverAsync(channel);

        foreach (var id in ids)
        {
            Assert.Equal("applied", await harness.StateOfAsync(id));
        }

        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal("deleted_by_member", await harness.ScalarAsync<string>(
            "SELECT removed_reason FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL"));
        Assert.Equal(["爱喝茶"], await harness.ScalarAsync<string[]>(
            "SELECT personal_tags FROM mirror.follows WHERE tenant_id = $1 AND user_id = $2 AND external_user_id = $3", relations[1].UserId, relations[1].ExternalUserId));
    }

    /// <summary>K§8 no. 4.</summary>
    [Fact]
    public async Task Customer_who_deletes_the_member_is_known_from_the_event_alone_and_pulls_keep_it()
    {
        await using var harness = await StartAsync(Company);
        using var feed = new CustomerFeed(harness);
        var pair = harness.Corp.Customers.Relations.First();
        harness.Corp.Customers.DeleteByCustomer(pair.UserId, pair.ExternalUserId);
        var calls = harness.Simulator.Calls.Count(harness.Corp.Id);
        await feed.DeliverAsync();

        Assert.Equal(calls, harness.Simulator.Calls.Count(harness.Corp.Id));
        Assert.Equal(1L, await MarkedAsync(harness));
        await harness.MirrorCustomersAsync();
        Assert.Equal(1L, await MarkedAsync(harness));
        await harness.AssertCustomersAreTrueAsync();

        harness.Corp.Customers.Add(pair.UserId, pair.ExternalUserId);
        await Eventually.TrueAsync("the answer follows the event", async () =>
        {
            // Within the second of the deletion nothing tells which came first.
            var told = feed.Take();
            if (told.Count > 0)
            {
                await feed.StoreAsync(told[0] with { At = told[0].At.AddSeconds(2) });
                await harness.DrainAsync();
            }

            return await MarkedAsync(harness) == 0;
        });
    }

    /// <summary>K§8 no. 5: WeCom goes on showing the member for a while.</summary>
    [Fact]
    public async Task Deleted_relation_is_not_brought_back_by_a_stale_answer()
    {
        await using var harness = await StartAsync(Company with
        {
            Settings = new CorpSettings { Customers = new CustomerSettings { StaleFollowerFor = TimeSpan.FromMinutes(5) } },
        });
        using var feed = new CustomerFeed(harness);
        var pair = harness.Corp.Customers.Relations.First();
        harness.Corp.Customers.Delete(pair.UserId, pair.ExternalUserId);
        await feed.DeliverAsync();
        await harness.TellContactAsync("edit_external_contact", pair.UserId, pair.ExternalUserId);
        await harness.DrainAsync();

        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 3 and 1.12: an event before its data.</summary>
    [Fact]
    public async Task New_relation_that_WeCom_does_not_know_yet_is_asked_for_again()
    {
        await using var harness = await StartAsync(Company with
        {
            Settings = new CorpSettings { Customers = new CustomerSettings { DataLag = TimeSpan.FromSeconds(1) } },
        });
        using var feed = new CustomerFeed(harness);
        harness.Corp.Customers.Add(harness.World.People[0].UserId);
        var id = (await feed.DeliverAsync())[0];
        Assert.Equal("failed", await harness.StateOfAsync(id));

        await Eventually.TrueAsync("the answer follows the event", async () =>
        {
            await harness.ScalarAsync<long>(
                "UPDATE control.callback_events SET state = 'waiting', tries = 0, claimed_at = NULL WHERE tenant_id = $1 AND id = $2 RETURNING id", id);
            await harness.DrainAsync();
            return await harness.StateOfAsync(id) == "applied";
        });
        await harness.AssertCustomersAreTrueAsync();
    }

    [Fact]
    public async Task Half_added_customer_waits_until_the_member_confirms()
    {
        await using var harness = await StartAsync(Company);
        using var feed = new CustomerFeed(harness);
        var user = harness.World.People[0].UserId;
        var id = harness.Corp.Customers.AddHalf(user, state: "poster-7");
        Assert.Equal("applied", await harness.StateOfAsync((await feed.DeliverAsync())[0]));
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal((1L, "poster-7"), (await PendingAsync(), await harness.ScalarAsync<string>("SELECT state FROM control.contact_notices WHERE tenant_id = $1")));

        harness.Corp.Customers.Add(user, id);
        await feed.DeliverAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(0L, await PendingAsync());

        Task<long> PendingAsync() => harness.ScalarAsync<long>("SELECT count(*) FROM control.contact_notices WHERE tenant_id = $1 AND pending");
    }

    [Fact]
    public async Task Welcome_code_is_kept_encrypted_and_forgotten_when_WeCom_takes_it_no_longer()
    {
        await using var harness = await StartAsync(Company);
        using var feed = new CustomerFeed(harness);
        var customer = Enumerable.Range(0, 40).Select(_ => harness.Corp.Customers.Add(harness.World.People[0].UserId))
            .First(r => r.ExternalUserId.StartsWith("wm", StringComparison.Ordinal)).ExternalUserId;
        await feed.DeliverAsync();
        var kept = await harness.ScalarAsync<string>(
            "SELECT welcome_code FROM control.contact_notices WHERE tenant_id = $1 AND external_user_id = $2", customer);
        Assert.NotEmpty(harness.Database.Protector.Unprotect(harness.Tenant.Id, SecretFields.WelcomeCode, kept));

        await harness.ScalarAsync<long>("UPDATE control.contact_notices SET at = at - interval '20 seconds' WHERE tenant_id = $1 RETURNING event_id");
        await harness.ScalarAsync<long>("UPDATE control.callback_events SET create_time = create_time - interval '20 seconds' WHERE tenant_id = $1 RETURNING id");
        var sweep = (EventSweep)harness.Services.GetService(typeof(EventSweep))!;
        await Task.WhenAll(await sweep.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.contact_notices WHERE tenant_id = $1 AND welcome_code IS NOT NULL"));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND welcome_code IS NOT NULL"));
    }

    /// <summary>An event that nobody can apply keeps its code no longer than others.</summary>
    [Fact]
    public async Task Welcome_code_of_an_event_that_waits_is_forgotten_too_and_not_kept_later()
    {
        await using var harness = await StartAsync(Company);
        var told = DateTimeOffset.UtcNow.AddSeconds(-21);
        var id = await harness.StoreAsync(
            "change_external_contact", "add_half_external_contact", "wmLate", """
            <xml><Event>change_external_contact</Event><ChangeType>add_half_external_contact</ChangeType><UserID>u</UserID><ExternalUserID>wmLate</ExternalUserID></xml>
            """, told, told, Channel.App, "code-that-is-too-old");
        await harness.DrainAsync();
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(welcome_code) FROM control.contact_notices WHERE tenant_id = $1 AND event_id = $2", id));

        await ((CustomerNotices)harness.Services.GetService(typeof(CustomerNotices))!).ForgetCodesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(welcome_code) FROM control.callback_events WHERE tenant_id = $1 AND id = $2", id));
    }

    [Fact]
    public async Task Transfer_moves_the_customer_and_a_failed_one_is_noted()
    {
        await using var harness = await StartAsync(Company);
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var pairs = world.Relations.GroupBy(r => r.ExternalUserId).Where(g => g.Count() == 1).Select(g => g.First()).Take(2).ToList();
        foreach (var pair in pairs)
        {
            Assert.Equal(0, world.BeginTransfer(pair.UserId, harness.World.People.First(p => p.UserId != pair.UserId).UserId, pair.ExternalUserId));
        }

        world.CompleteTransfer(pairs[0].ExternalUserId);
        world.FailTransfer(pairs[1].ExternalUserId);
        await feed.DeliverAsync();

        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal("transferred", await harness.ScalarAsync<string>("SELECT removed_reason FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL"));
        Assert.Equal("customer_refused", await harness.ScalarAsync<string>("SELECT fail_reason FROM control.contact_notices WHERE tenant_id = $1 AND kind = 'transfer_failed'"));
    }

    /// <summary>K§8 no. 13.</summary>
    [Fact]
    public async Task Deleted_tag_group_takes_its_tags_from_all_customers_and_a_shuffle_without_id_renews_every_order()
    {
        await using var harness = await StartAsync(Company);
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var group = world.AddTagGroup("会消失", "甲", "乙");
        var pair = world.Relations.First();
        world.Edit(pair.UserId, pair.ExternalUserId, f => f with { TagIds = [.. f.TagIds, group.Tags[0].Id] });
        await feed.DeliverAsync();
        await harness.AssertCustomersAreTrueAsync();

        world.DeleteTag(group.Id);
        await feed.DeliverAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(0L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND $2 = ANY(tag_ids)", group.Tags[0].Id));

        var orders = await OrdersAsync();
        world.ShuffleTags();
        Assert.Equal("shuffle", (await harness.ScalarAsync<string>(
            "SELECT change_type FROM control.callback_events WHERE tenant_id = $1 AND id = $2", (await feed.DeliverAsync())[0])));
        Assert.NotEqual(orders, await OrdersAsync());
        await harness.AssertCustomersAreTrueAsync();

        Task<string> OrdersAsync() => harness.ScalarAsync<string>(
            "SELECT string_agg(group_id || sort_order, ',' ORDER BY group_id) FROM mirror.corp_tag_groups WHERE tenant_id = $1");
    }

    /// <summary>K§8 no. 17, also where the event of the change before was lost: the versions of the members show the gap.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Group_data_that_lag_behind_their_event_are_read_again(bool afterLostEvent)
    {
        await using var harness = await StartAsync(Company);
        harness.Corp.Settings = harness.Corp.Settings with { Customers = harness.Corp.Settings.Customers with { ChatLag = TimeSpan.FromHours(1) } };
        harness.Simulator.Clock.Advance(TimeSpan.FromSeconds(2));
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var chat = world.Chats.First();
        var strangers = world.Relations.Select(r => r.ExternalUserId).Where(c => chat.Members.All(m => m.Id != c)).Distinct().Take(2).ToList();
        if (afterLostEvent)
        {
            world.JoinChat(chat.ChatId, [strangers[0]]);
            feed.Take();
        }

        world.JoinChat(chat.ChatId, [strangers[1]]);
        var id = (await feed.DeliverAsync())[0];
        Assert.Equal("failed", await harness.StateOfAsync(id));

        harness.Corp.Settings = harness.Corp.Settings with { Customers = harness.Corp.Settings.Customers with { ChatLag = TimeSpan.Zero } };
        await harness.ScalarAsync<long>(
            "UPDATE control.callback_events SET state = 'waiting', tries = 0, claimed_at = NULL WHERE tenant_id = $1 AND id = $2 RETURNING id", id);
        await harness.DrainAsync();
        Assert.Equal("applied", await harness.StateOfAsync(id));
        await harness.AssertCustomersAreTrueAsync();
    }

    [Fact]
    public async Task Application_that_is_not_listed_is_told_where_to_list_it()
    {
        await using var harness = await StartAsync(Company);
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(48002), "externalcontact/*");
        await harness.TellContactAsync("edit_external_contact", harness.World.People[0].UserId, "wmAAAA");
        await harness.DrainAsync();

        Assert.Contains("可调用接口的应用", await harness.ScalarAsync<string>("SELECT error FROM control.callback_events WHERE tenant_id = $1"), StringComparison.Ordinal);
    }

    private async Task<SyncHarness> StartAsync(CorpOptions company)
    {
        var harness = await SyncHarness.StartAsync(database, company);
        await harness.MirrorCustomersAsync();
        return harness;
    }

    private static Task<long> MarkedAsync(SyncHarness harness) => harness.ScalarAsync<long>(
        "SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NULL AND deleted_by_customer_at IS NOT NULL");
}
