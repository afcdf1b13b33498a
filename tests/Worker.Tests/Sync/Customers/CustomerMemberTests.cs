using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;
using Xunit;

namespace WeComSync.Worker.Tests.Sync.Customers;

/// <summary>One member is the trouble: his relations stay as they are, he is named, and the others are read.</summary>
public sealed class CustomerMemberTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 12, Departments = 3, Seed = 38, Customers = new CustomerOptions { Count = 120, Relations = 180, TagGroups = 1, GroupChats = 4, IdleShare = 0 },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>One of each kind, and in a long run all.</summary>
    public static TheoryData<string> Ways => TestServer.LongRun
        ? ["60111", "40003", "84083", "84084", "40096", "40058", "90500", "-1", "error page", "reset", "half body", "truncated", "no list", "no licence"]
        : ["84083", "40058", "-1", "half body", "no list", "no licence"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Member_whose_listing_fails_in_any_way_keeps_his_relations_and_is_named_and_the_others_are_read(string way)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        var world = harness.Corp.Customers;
        var odd = world.Chats.First().OwnerUserId;
        var other = world.Relations.First(r => r.UserId != odd);
        var lost = world.RelationsOf(odd)[0];
        Break(harness, odd, way);
        world.Delete(odd, lost.ExternalUserId);
        world.Edit(odd, world.RelationsOf(odd)[0].ExternalUserId, f => f with { Remark = "没有读到" });
        var before = await RelationsOfAsync(harness, odd);
        world.Delete(other.UserId, other.ExternalUserId);
        var added = world.Add(other.UserId);

        var report = await harness.PullAsync();

        Assert.Equal(RunState.Partial, report.State);
        Assert.All(report.Errors, e => Assert.Equal(odd, e.Key));
        Assert.Single(report.Errors, e => e.Entity == "follow");
        Assert.Equal(before, await RelationsOfAsync(harness, odd));
        Assert.Equal((1, 1), (report.Counts["follow"].Removed, report.Counts["follow"].Created));
        Assert.Equal(1L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND external_user_id = $2 AND removed_at IS NULL", added.ExternalUserId));
        Assert.Equal(4L, await harness.LiveAsync("group_chats"));

        harness.Simulator.Faults.Clear();
        harness.Corp.Settings = harness.Corp.Settings with { Customers = new CustomerSettings() };
        harness.RestartWorker();
        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>WeCom refuses a batch in which nobody has a licence, and leaves them out of one in which somebody has.</summary>
    [Fact]
    public async Task Company_without_a_single_licence_loses_nothing_and_every_member_is_named()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        harness.Corp.Settings = harness.Corp.Settings with
        {
            Customers = harness.Corp.Settings.Customers with { UnlicensedUsers = [.. harness.World.People.Select(p => p.UserId)] },
        };

        var report = await harness.PullAsync();

        Assert.Equal((RunState.Partial, 0, 180L), (report.State, report.Total.Removed + report.Total.Held, await harness.LiveAsync("follows")));
        Assert.Equal(
            harness.World.People.Select(p => p.UserId).Order(StringComparer.Ordinal),
            report.Errors.Where(e => e.Entity == "follow").Select(e => e.Key!).Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// K§8 no. 3 and 12 together: "no customers" from somebody who lost the function while he was asked. Which code WeCom has for that is
    /// nowhere said.
    /// </summary>
    [Theory]
    [InlineData("pull")]
    [InlineData("check")]
    [InlineData("one customer")]
    public async Task Empty_list_of_a_member_who_is_out_of_the_range_by_then_proves_nothing(string reader)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with
        {
            Settings = new CorpSettings { Customers = new CustomerSettings { NoFunctionCode = 84061, BatchSkipsUnknownMembers = true } },
        });
        await harness.MirrorCustomersAsync();
        var world = harness.Corp.Customers;
        var people = harness.World.People.Select(p => p.UserId).ToList();
        var shared = world.Relations.GroupBy(r => r.ExternalUserId).First(g => g.Select(r => r.UserId).Distinct().Count() > 1);
        var leaver = shared.First().UserId;
        world.ServiceRange = new VisibleRange([.. people.Where(id => id != leaver)], [], []);
        // He was there when the reading began: a pull asks at its beginning, and before it judges.
        harness.Simulator.Faults.Add(new FaultRule
        {
            CorpId = harness.Corp.Id, Path = "externalcontact/get_follow_user_list", Times = reader switch { "pull" => 2, "check" => 1, _ => 0 },
            Fault = Fault.Http(200, "application/json", $$"""{"errcode":0,"errmsg":"ok","follow_user":[{{string.Join(',', people.Select(id => $"\"{id}\""))}}]}"""),
        });

        var report = reader switch
        {
            "pull" => await harness.PullAsync(),
            "check" => (await harness.Services.GetRequiredService<CustomerCheck>().RunAsync(
                harness.Tenant.Id, new SyncRequest { Trigger = SyncTrigger.Schedule }, CustomerCheck.Budget, Cancel))!,
            _ => await harness.RunAsync(
                SyncKind.OneObject, new SyncRequest { Trigger = SyncTrigger.Command, Object = new WantedObject(WantedObject.Customer, shared.Key) }),
        };

        Assert.Equal((RunState.Done, 0, 180L), (report.State, report.Total.Removed + report.Total.Held, await harness.LiveAsync("follows")));
        world.ServiceRange = VisibleRange.WholeCompany;
        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 12: a chat whose owner left the range while the pull went on is refused as a dismissed one is.</summary>
    [Fact]
    public async Task Chat_of_an_owner_who_is_out_of_the_range_by_then_stays_and_a_dismissed_one_goes()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with
        {
            Settings = new CorpSettings { Customers = new CustomerSettings { BatchSkipsUnknownMembers = true } },
        });
        await harness.MirrorCustomersAsync();
        var world = harness.Corp.Customers;
        var people = harness.World.People.Select(p => p.UserId).ToList();
        var leaver = world.Chats.First().OwnerUserId;
        var left = world.Chats.Count(c => c.OwnerUserId == leaver);
        world.DismissChat(world.Chats.First(c => c.OwnerUserId != leaver).ChatId);
        harness.Corp.App.Range = new VisibleRange([.. people.Where(id => id != leaver)], [], []);
        harness.Simulator.Faults.Add(new FaultRule
        {
            CorpId = harness.Corp.Id, Path = "externalcontact/get_follow_user_list", Times = 1,
            Fault = Fault.Http(200, "application/json", $$"""{"errcode":0,"errmsg":"ok","follow_user":[{{string.Join(',', people.Select(id => $"\"{id}\""))}}]}"""),
        });

        var report = await harness.MirrorCustomersAsync();

        Assert.Equal((1, 0), (report.Counts["group_chat"].Removed, report.Counts.GetValueOrDefault("follow")?.Removed ?? 0));
        Assert.Equal(left, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.group_chats WHERE tenant_id = $1 AND owner_user_id = $2 AND removed_at IS NULL", leaver));
    }

    private static void Break(SyncHarness harness, string userId, string way)
    {
        if (way == "no licence")
        {
            harness.Corp.Settings = harness.Corp.Settings with { Customers = harness.Corp.Settings.Customers with { UnlicensedUsers = [userId] } };
            return;
        }

        harness.Simulator.Faults.Add(new FaultRule
        {
            CorpId = harness.Corp.Id, Path = "externalcontact/*", About = userId,
            Fault = way switch
            {
                "error page" => Fault.BadGateway(),
                "reset" => Fault.Reset(),
                "half body" => Fault.Reset(inMidBody: true),
                "truncated" => Fault.Truncate(),
                "no list" => Fault.Http(200, "application/json", """{"errcode":0,"errmsg":"ok"}"""),
                _ => Fault.ErrCode(int.Parse(way, System.Globalization.CultureInfo.InvariantCulture)),
            },
        });
    }

    private static Task<string> RelationsOfAsync(SyncHarness harness, string userId) => harness.ScalarAsync<string>("""
        SELECT string_agg(concat_ws('|', external_user_id, ref, remark, removed_at, changed_at), ',' ORDER BY external_user_id)
        FROM mirror.follows WHERE tenant_id = $1 AND user_id = $2
        """, userId);
}
