using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Events.Customers;

/// <summary>Surprises of WeCom's customer interface that meet an event.</summary>
public sealed class CustomerEventTrapTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 12,
        Departments = 3,
        Seed = 52,
        Customers = new CustomerOptions { Count = 40, Relations = 60, TagGroups = 10, GroupChats = 3, IdleShare = 0, FollowedByAll = 1 },
    };

    /// <summary>K§8 no. 1.</summary>
    [Fact]
    public async Task Events_of_one_second_that_differ_only_in_their_ids_all_count_in_any_order()
    {
        await using var harness = await StartAsync();
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        world.AddTagGroup("同一秒", "一", "二", "三", "四", "五");
        for (var i = 0; i < 5; i++)
        {
            world.Add(harness.World.People[i].UserId);
        }

        var told = feed.Take();
        foreach (var text in told.Reverse().Concat(told))
        {
            await feed.StoreAsync(text with { At = told[0].At });
        }

        await harness.DrainAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state <> 'applied'"));
    }

    /// <summary>K§8 no. 6.</summary>
    [Fact]
    public async Task Customer_added_again_with_the_data_of_the_first_time_is_live_again()
    {
        await using var harness = await StartAsync(s => s with { ReaddingKeepsData = true });
        using var feed = new CustomerFeed(harness);
        var pair = harness.Corp.Customers.Relations.First();
        const string refs = "SELECT ref FROM mirror.follows WHERE tenant_id = $1 AND user_id = $2 AND external_user_id = $3";
        var before = await harness.ScalarAsync<Guid>(refs, pair.UserId, pair.ExternalUserId);
        harness.Corp.Customers.Delete(pair.UserId, pair.ExternalUserId);
        await feed.DeliverAsync();
        Assert.Equal(1L, await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL"));

        harness.Corp.Customers.Add(pair.UserId, pair.ExternalUserId);
        await feed.DeliverAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(before, await harness.ScalarAsync<Guid>(refs, pair.UserId, pair.ExternalUserId));
    }

    /// <summary>K§8 no. 7.</summary>
    [Theory]
    [InlineData(UnseenFollowers.Refused)]
    [InlineData(UnseenFollowers.Empty)]
    [InlineData(UnseenFollowers.Absent)]
    public async Task Customer_without_a_follower_in_sight_keeps_his_relation(UnseenFollowers shape)
    {
        await using var harness = await StartAsync(s => s with { UnseenFollowers = shape });
        var pair = harness.Corp.Customers.Relations.GroupBy(r => r.ExternalUserId).First(g => g.Count() == 1).First();
        var live = await harness.LiveAsync("follows");
        harness.Corp.App.Range = new VisibleRange([.. harness.World.People.Select(p => p.UserId).Where(id => id != pair.UserId)], [], []);
        var id = await harness.TellContactAsync("edit_external_contact", pair.UserId, pair.ExternalUserId);
        await harness.DrainAsync();

        Assert.Equal(("applied", live), (await harness.StateOfAsync(id), await harness.LiveAsync("follows")));
        harness.Corp.App.Range = VisibleRange.WholeCompany;
        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 8.</summary>
    [Fact]
    public async Task Customer_of_many_members_is_read_over_all_pages_and_each_has_remark_and_tags_of_his_own()
    {
        await using var harness = await StartAsync(s => s with { FollowersPerPage = 5 });
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var followers = world.Relations.GroupBy(r => r.ExternalUserId).MaxBy(g => g.Count())!.ToList();
        Assert.Equal(12, followers.Count);
        foreach (var (follower, i) in followers.Select((f, i) => (f, i)))
        {
            world.Edit(follower.UserId, follower.ExternalUserId, f => f with { Remark = $"备注{i}", PersonalTags = [new("我的", $"标签{i}")] });
        }

        harness.Simulator.Calls.Clear();
        await feed.DeliverAsync();

        // Twelve edits of one customer are one question, of three pages.
        Assert.Equal(3, harness.Simulator.Calls.Count(harness.Corp.Id, "externalcontact/get"));
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => $"备注{i} 标签{i}").Order(StringComparer.Ordinal),
            (await harness.ScalarAsync<string[]>(
                "SELECT array_agg(remark || ' ' || personal_tags[1]) FROM mirror.follows WHERE tenant_id = $1 AND external_user_id = $2", followers[0].ExternalUserId))
            .Order(StringComparer.Ordinal));
    }

    /// <summary>K§8 no. 10, where it meets one customer.</summary>
    [Fact]
    public async Task Cursor_that_WeCom_forgets_between_two_pages_of_followers_costs_a_new_beginning()
    {
        await using var harness = await StartAsync(s => s with { FollowersPerPage = 5 });
        var follower = harness.Corp.Customers.Relations.GroupBy(r => r.ExternalUserId).MaxBy(g => g.Count())!.First();
        harness.Corp.Customers.Edit(follower.UserId, follower.ExternalUserId, f => f with { Remark = "新" });
        harness.Simulator.Faults.Add(new Simulator.Faults.FaultRule
        {
            CorpId = harness.Corp.Id, Path = "externalcontact/get", FromCall = 2, Times = 1, Fault = Simulator.Faults.Fault.ErrCode(40058),
        });
        harness.Simulator.Calls.Clear();
        var id = await harness.TellContactAsync("edit_external_contact", follower.UserId, follower.ExternalUserId);
        await harness.DrainAsync();

        Assert.Equal(("applied", 5), (await harness.StateOfAsync(id), harness.Simulator.Calls.Count(harness.Corp.Id, "externalcontact/get")));
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 9: tags of rule groups have their names from here alone; WeCom lists an application only those that it made itself.</summary>
    [Fact]
    public async Task Rule_tag_gets_its_name_from_the_customer_who_carries_it_and_pulls_keep_it()
    {
        await using var harness = await StartAsync();
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var tag = world.TagGroups.Single(g => g.IsRule).Tags[0];
        var pair = world.Relations.First();
        world.Edit(pair.UserId, pair.ExternalUserId, f => f with { TagIds = [tag.Id] });
        await feed.DeliverAsync();
        await harness.AssertCustomersAreTrueAsync();
        await harness.MirrorCustomersAsync();

        Assert.Equal(tag.Name, await harness.ScalarAsync<string>(
            "SELECT name FROM mirror.corp_tags WHERE tenant_id = $1 AND tag_id = $2 AND type = 3 AND removed_at IS NULL", tag.Id));
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 19.</summary>
    [Fact]
    public async Task Way_into_a_group_is_read_and_not_taken_from_the_event_that_numbers_it_otherwise()
    {
        await using var harness = await StartAsync();
        using var feed = new CustomerFeed(harness);
        var chat = harness.Corp.Customers.Chats.First();
        var joining = harness.Corp.Customers.Relations.First(r => chat.Members.All(m => m.Id != r.ExternalUserId)).ExternalUserId;
        harness.Corp.Customers.JoinChat(chat.ChatId, [joining], joinScene: 2);
        var told = Assert.Single(feed.Take());
        Assert.Contains("<JoinScene>0</JoinScene>", told.Event.Fields, StringComparison.Ordinal);
        await feed.StoreAsync(told);
        await harness.DrainAsync();

        Assert.Equal((short)2, await harness.ScalarAsync<short>("SELECT join_scene FROM mirror.group_chat_members WHERE tenant_id = $1 AND member_id = $2", joining));
    }

    /// <summary>K§8 no. 21.</summary>
    [Fact]
    public async Task Event_about_an_id_of_another_company_changes_nothing()
    {
        await using var harness = await StartAsync();
        var changes = await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1");
        var id = await harness.TellContactAsync("edit_external_contact", harness.World.People[0].UserId, "wmOfAnotherCompanyAltogether");
        await harness.DrainAsync();

        Assert.Equal(("applied", changes), (await harness.StateOfAsync(id), await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1")));
    }

    /// <summary>K§8 no. 22 and 23: each application that may call is told, with a welcome code of its own.</summary>
    [Fact]
    public async Task Copies_for_two_listed_applications_make_one_relation_and_two_welcome_codes()
    {
        await using var harness = await StartAsync();
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var added = Enumerable.Range(0, 40).Select(_ => world.Add(harness.World.People[0].UserId)).First(r => r.ExternalUserId.StartsWith("wm", StringComparison.Ordinal));
        var told = feed.Take().Single(t => t.Key == added.ExternalUserId);
        await feed.StoreAsync(told, Channel.App);
        await feed.StoreAsync(told with { WelcomeCode = "the-code-of-the-other-application" }, Channel.Customers);
        await harness.DrainAsync();

        Assert.Equal((1L, 2L), (
            await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND external_user_id = $2", added.ExternalUserId),
            await harness.ScalarAsync<long>("SELECT count(DISTINCT welcome_code) FROM control.contact_notices WHERE tenant_id = $1 AND external_user_id = $2", added.ExternalUserId)));
    }

    /// <summary>K§8 no. 24.</summary>
    [Fact]
    public async Task Transfer_to_somebody_who_has_the_customer_already_is_told_by_the_deletion_alone()
    {
        await using var harness = await StartAsync();
        using var feed = new CustomerFeed(harness);
        var world = harness.Corp.Customers;
        var pair = world.Relations.GroupBy(r => r.ExternalUserId).First(g => g.Count() == 2).ToList();
        Assert.Equal(0, world.BeginTransfer(pair[0].UserId, pair[1].UserId, pair[0].ExternalUserId));
        // "Success" is only the beginning.
        Assert.Empty(feed.Take());
        await harness.AssertCustomersAreTrueAsync();

        world.CompleteTransfer(pair[0].ExternalUserId);
        Assert.Single(await feed.DeliverAsync());
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(("transferred", pair[0].UserId), (
            await harness.ScalarAsync<string>("SELECT removed_reason FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL"),
            await harness.ScalarAsync<string>("SELECT user_id FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL")));
    }

    /// <summary>K§8 no. 25: nobody reads the archive here, but its consent comes as an event of the customer, and brings the welcome code.</summary>
    [Fact]
    public async Task Consent_to_the_archive_is_kept_with_its_welcome_code_and_moves_no_relation()
    {
        await using var harness = await StartAsync();
        var pair = harness.Corp.Customers.Relations.First();
        var changes = await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1");
        harness.Simulator.Calls.Clear();
        var now = DateTimeOffset.UtcNow;
        var told = Simulator.Callbacks.CustomerEvent.Contact("msg_audit_approved", pair.UserId, pair.ExternalUserId);
        var id = await harness.StoreAsync(
            told.Name, "msg_audit_approved", pair.ExternalUserId, told.ToXml(harness.Corp.Id, now), now, channel: Channel.App, welcomeCode: "code-after-consent");
        await harness.DrainAsync();

        Assert.Equal(("applied", changes, 0), (
            await harness.StateOfAsync(id), await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1"),
            harness.Simulator.Calls.Count(harness.Corp.Id)));
        Assert.Equal("code-after-consent", harness.Database.Protector.Unprotect(harness.Tenant.Id, Domain.Storage.SecretFields.WelcomeCode,
            await harness.ScalarAsync<string>("SELECT welcome_code FROM control.contact_notices WHERE tenant_id = $1 AND kind = 'archive_approved' AND NOT pending")));
    }

    /// <summary>K§8 no. 25.</summary>
    [Theory]
    [InlineData(Channel.App)]
    [InlineData(Channel.Archive)]
    public async Task Hint_of_the_archive_is_kept_and_changes_nothing(Channel channel)
    {
        await using var harness = await StartAsync();
        harness.Simulator.Calls.Clear();
        var id = await harness.StoreAsync("msgaudit_notify", null, null, """
            <xml><MsgType><![CDATA[event]]></MsgType><AgentID>2000004</AgentID><Event><![CDATA[msgaudit_notify]]></Event></xml>
            """, DateTimeOffset.UtcNow, channel: channel);
        await harness.DrainAsync();

        Assert.Equal(("ignored", 0), (await harness.StateOfAsync(id), harness.Simulator.Calls.Count(harness.Corp.Id)));
    }

    /// <summary>K§8 no. 27.</summary>
    [Fact]
    public async Task User_of_another_company_has_no_unionid_and_no_welcome_code()
    {
        await using var harness = await StartAsync();
        using var feed = new CustomerFeed(harness);
        var id = Enumerable.Range(0, 200).Select(_ => harness.Corp.Customers.Add(harness.World.People[0].UserId).ExternalUserId)
            .First(id => id.StartsWith("wo", StringComparison.Ordinal));
        await feed.StoreAsync(feed.Take().Single(t => t.Key == id));
        await harness.DrainAsync();

        Assert.Equal((short)2, await harness.ScalarAsync<short>("SELECT type FROM mirror.customers WHERE tenant_id = $1 AND external_user_id = $2 AND unionid IS NULL", id));
        Assert.Equal(1L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM control.contact_notices WHERE tenant_id = $1 AND external_user_id = $2 AND kind = 'added' AND welcome_code IS NULL", id));
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
}
