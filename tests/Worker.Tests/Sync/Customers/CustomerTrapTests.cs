using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync.Customers;

/// <summary>Surprises of WeCom's customer interface that meet a pull.</summary>
public sealed class CustomerTrapTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 12,
        Departments = 3,
        Seed = 34,
        Customers = new CustomerOptions { Count = 250, Relations = 350, TagGroups = 2, GroupChats = 12, Strangers = 15, IdleShare = 0 },
    };

    private const string Batch = "externalcontact/batch/get_by_user";

    /// <summary>K§8 no. 10.</summary>
    [Fact]
    public async Task Cursor_that_WeCom_forgets_costs_a_new_beginning_of_its_chunk_and_no_relation()
    {
        // One member: nobody can be at fault in his place.
        await using var harness = await SyncHarness.StartAsync(
            database, new CorpOptions { People = 1, Departments = 1, Seed = 37, Customers = new CustomerOptions { Count = 350, Relations = 350, IdleShare = 0 } });
        await harness.MirrorCustomersAsync();
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Path = Batch, FromCall = 3, Times = 1, Fault = Fault.ErrCode(40058) });
        harness.Simulator.Calls.Clear();

        var report = await harness.MirrorCustomersAsync();

        Assert.Equal((0, 3 + 4), (report.Total.Changes, harness.Simulator.Calls.Count(harness.Corp.Id, Batch)));
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 10: pages that shift while customers come and go may miss somebody; the member's own list decides.</summary>
    [Fact]
    public async Task Relation_that_a_page_leaves_out_is_not_removed_while_the_members_list_has_it()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Path = Batch, Times = 1, Fault = Fault.HalfList() });

        var report = await harness.PullAsync();

        Assert.Equal((0, 350L), (report.Total.Removed + report.Total.Held, await harness.LiveAsync("follows")));
    }

    /// <summary>K§8 no. 9: the batch has ids alone, and the list of corp tags leaves rule tags out.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rule_tags_that_a_pull_meets_get_their_names_from_as_few_customers_as_can_be(bool dryRunFirst)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { Customers = Company.Customers with { TagGroups = 20 } });
        var world = harness.Corp.Customers;
        var carried = world.Relations.SelectMany(r => r.Follow.TagIds).ToHashSet(StringComparer.Ordinal);
        var named = world.TagGroups.Where(g => g.IsRule).SelectMany(g => g.Tags).Where(t => carried.Contains(t.Id))
            .Select(t => $"{t.Id} {t.Name}").Order(StringComparer.Ordinal).ToList();
        Assert.InRange(named.Count, 2, 12);
        if (dryRunFirst)
        {
            var planned = (await harness.PullAsync(dryRun: true)).Planned;
            Assert.Equal(world.TagGroups.Where(g => !g.IsRule).Sum(g => g.Tags.Length) + named.Count, planned.Count(p => p.Entity == "corp_tag"));
            harness.Simulator.Calls.Clear();
        }

        await harness.MirrorCustomersAsync();

        Assert.Equal(named, await harness.ScalarAsync<string[]>(
            "SELECT array_agg(tag_id || ' ' || name ORDER BY tag_id) FROM mirror.corp_tags WHERE tenant_id = $1 AND type = 3 AND removed_at IS NULL"));
        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, "externalcontact/get"), 1, named.Count);
        await harness.AssertCustomersAreTrueAsync();

        harness.Simulator.Calls.Clear();
        Assert.Equal(0, (await harness.MirrorCustomersAsync()).Total.Changes);
        Assert.Equal(0, harness.Simulator.Calls.Count(harness.Corp.Id, "externalcontact/get"));
    }

    /// <summary>A name is worth no incomplete run.</summary>
    [Fact]
    public async Task Rule_tags_whose_customers_cannot_be_read_are_named_by_the_next_pull()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { Customers = Company.Customers with { TagGroups = 10 } });
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(84061), "externalcontact/get");
        await harness.MirrorCustomersAsync();
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.corp_tags WHERE tenant_id = $1 AND type = 3"));

        harness.Simulator.Faults.Clear();
        await harness.MirrorCustomersAsync();
        Assert.InRange(await harness.ScalarAsync<long>("SELECT count(name) FROM mirror.corp_tags WHERE tenant_id = $1 AND type = 3"), 1, 6);
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 11.</summary>
    [Theory]
    [InlineData(45033)]
    [InlineData(45009)]
    public async Task Limit_that_is_met_slows_the_pull_and_loses_nothing(int code)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        harness.RestartWorker(("WeCom:ThrottlePatience", "00:00:30"));
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Path = Batch, FromCall = 2, Times = 2, Fault = Fault.ErrCode(code) });

        var report = await harness.MirrorCustomersAsync();

        Assert.Equal(350, report.Counts["follow"].Created);
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 16.</summary>
    [Fact]
    public async Task Strangers_in_a_group_have_a_unionid_and_no_relation()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();

        var strangers = harness.Corp.Customers.Chats.SelectMany(c => c.Members).Where(m => m.Type == 2).Select(m => m.Id).Distinct()
            .Except(harness.Corp.Customers.Relations.Select(r => r.ExternalUserId)).ToArray();
        Assert.NotEmpty(strangers);
        Assert.True(await harness.ScalarAsync<long>(
            "SELECT count(DISTINCT unionid) FROM mirror.group_chat_members WHERE tenant_id = $1 AND member_id = ANY($2)", (object)strangers) > 0);
        Assert.Equal(0L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.customers WHERE tenant_id = $1 AND external_user_id = ANY($2)", (object)strangers));
    }

    /// <summary>K§8 no. 18.</summary>
    [Fact]
    public async Task Owners_are_named_so_that_no_company_is_too_large_and_a_leavers_groups_stay()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with
        {
            Settings = new CorpSettings { Customers = new CustomerSettings { MostChatOwners = 5 } },
        });
        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
        var live = await harness.LiveAsync("group_chats");

        harness.World.Leave(harness.Corp.Customers.Chats.GroupBy(c => c.OwnerUserId).MaxBy(g => g.Count())!.Key);
        await harness.PullAsync();
        Assert.Equal(live, await harness.LiveAsync("group_chats"));
    }

    /// <summary>K§8 no. 20.</summary>
    [Fact]
    public async Task Names_with_emoji_without_any_visible_letter_or_twice_the_same_are_kept_as_they_are()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        string[] names = ["😀👨‍👩‍👧", "\u200B\u200D\uFEFF", "ㅤ", "重名", "重名", " a\tb ", new string('长', 300)];
        foreach (var (id, name) in harness.Corp.Customers.Relations.Select(r => r.ExternalUserId).Distinct().Take(names.Length).ToList().Zip(names))
        {
            harness.Corp.Customers.EditCustomer(id, c => c with { Name = name, Avatar = null, Gender = 0 });
        }

        await harness.MirrorCustomersAsync();

        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 22.</summary>
    [Fact]
    public async Task Company_without_a_customer_secret_is_read_with_its_applications()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { Customers = Company.Customers with { HasSecret = false } });

        await harness.MirrorCustomersAsync();

        await harness.AssertCustomersAreTrueAsync();
    }
}
