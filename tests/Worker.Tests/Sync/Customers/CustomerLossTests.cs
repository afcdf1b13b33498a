using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;
using Xunit;

namespace WeComSync.Worker.Tests.Sync.Customers;

/// <summary>The traps of WeCom's customer interface that can cost data, each produced for real.</summary>
public sealed class CustomerLossTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = CustomerPullTests.Company;

    public static TheoryData<string> Faults => ["60111", "45009", "48002", "40001", "84061", "-1", "html", "reset", "half body", "truncated", "empty", "dead token"];

    /// <summary>Whatever happens at whichever call: no relation is lost that is there, and the next good runs are right.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_at_any_call_removes_no_relation_and_the_next_run_is_right(string name)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions
        {
            People = 12, Departments = 3, Seed = 33, Customers = new CustomerOptions { Count = 150, Relations = 220, TagGroups = 2, GroupChats = 3 },
        });
        await harness.MirrorCustomersAsync();
        harness.Simulator.Calls.Clear();
        await harness.MirrorCustomersAsync();
        var calls = harness.Simulator.Calls.Count(harness.Corp.Id);
        Assert.InRange(calls, 8, 20);

        for (var k = 1; k <= calls; k += TestServer.LongRun ? 1 : 3)
        {
            var gone = harness.Corp.Customers.Relations.ElementAt(k * 7);
            harness.Corp.Customers.Delete(gone.UserId, gone.ExternalUserId);
            harness.Corp.Customers.Add(gone.UserId);
            harness.Simulator.Faults.AtCall(harness.Corp, k, Make(name));

            var report = await harness.PullAsync();

            await AssertNothingLostAsync(harness, $"{name} at call {k}");
            if (report.State != RunState.Done)
            {
                Assert.False(string.IsNullOrEmpty(report.Error), $"{name} at call {k}: the run does not say what failed");
            }

            harness.Simulator.Faults.Clear();
            harness.RestartWorker();
            await harness.ScalarAsync<string>("UPDATE control.tenants SET state = 'active' WHERE id = $1 RETURNING state");
            await harness.MirrorCustomersAsync();
            // A run that goes on does not read again what was read before the change.
            await harness.MirrorCustomersAsync();
            await harness.AssertCustomersAreTrueAsync();
        }
    }

    /// <summary>K§8 no. 7: his listing fails in every way, and only his.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Member_who_cannot_be_read_keeps_his_relations_and_is_named(bool unlicensed)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        var relation = harness.Corp.Customers.Relations.First();
        if (unlicensed)
        {
            harness.Corp.Settings = harness.Corp.Settings with { Customers = harness.Corp.Settings.Customers with { UnlicensedUsers = [relation.UserId] } };
        }
        else
        {
            // He leaves the range of the function between the list of members and the reading.
            harness.Simulator.Faults.Add(new FaultRule
            {
                CorpId = harness.Corp.Id, Path = "externalcontact/get_follow_user_list", Times = 1,
                Fault = Fault.Http(200, "application/json", $$"""{"errcode":0,"errmsg":"ok","follow_user":[{{string.Join(',', harness.World.People.Select(p => $"\"{p.UserId}\""))}},"stranger"]}"""),
            });
        }

        harness.Corp.Customers.Delete(relation.UserId, relation.ExternalUserId);
        var report = await harness.PullAsync();

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal(unlicensed ? relation.UserId : "stranger", Assert.Single(report.Errors).Key);
        Assert.Equal(unlicensed ? 800 : 799, await harness.LiveAsync("follows"));
    }

    /// <summary>Ways to lose data, no. 13.</summary>
    [Fact]
    public async Task Empty_answers_without_an_error_remove_nothing()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.EmptyList(), "externalcontact/batch/get_by_user");
        harness.Simulator.Faults.Always(harness.Corp, Fault.EmptyList(), "externalcontact/list");
        harness.Simulator.Faults.Always(harness.Corp, Fault.EmptyList(), "externalcontact/get_corp_tag_list");

        var report = await harness.PullAsync();

        Assert.Equal((RunState.Done, 0, 800), (report.State, report.Total.Removed, report.Counts["follow"].Held));
        Assert.Equal(800, await harness.LiveAsync("follows"));
    }

    /// <summary>K§8 no. 3: 84061 where there are none.</summary>
    [Theory]
    [InlineData(84061)]
    [InlineData(0)]
    public async Task Member_without_customers_is_no_error_however_WeCom_says_it(int code)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with
        {
            Settings = new CorpSettings { Customers = new CustomerSettings { EmptyMemberCode = code, EmptyBatchCode = code } },
        });
        await harness.MirrorCustomersAsync();
        var user = harness.Corp.Customers.Relations.GroupBy(r => r.UserId).MinBy(g => g.Count())!;
        foreach (var relation in user.ToList())
        {
            harness.Corp.Customers.Delete(relation.UserId, relation.ExternalUserId);
        }

        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
    }

    /// <summary>K§8 no. 9.</summary>
    [Fact]
    public async Task Personal_tags_are_never_wiped_by_the_batch_that_does_not_tell_them()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        var tagged = harness.Corp.Customers.Relations.First();
        harness.Corp.Customers.Edit(tagged.UserId, tagged.ExternalUserId, f => f with { PersonalTags = [new("我的", "爱喝茶")] });
        await harness.TellContactAsync("edit_external_contact", tagged.UserId, tagged.ExternalUserId);
        await harness.DrainAsync();

        var report = await harness.MirrorCustomersAsync();

        Assert.Equal(0, report.Total.Changes);
        Assert.Equal(["爱喝茶"], await harness.ScalarAsync<string[]>(
            "SELECT personal_tags FROM mirror.follows WHERE tenant_id = $1 AND user_id = $2 AND external_user_id = $3", tagged.UserId, tagged.ExternalUserId));
    }

    /// <summary>K§8 no. 15.</summary>
    [Fact]
    public async Task Developer_id_bound_later_fills_in_and_another_one_is_recorded()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { Customers = Company.Customers with { DeveloperAccount = null } });
        await harness.MirrorCustomersAsync();
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(unionid) FROM mirror.customers WHERE tenant_id = $1"));

        harness.Corp.Customers.DeveloperAccount = "one";
        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
        harness.Corp.Customers.DeveloperAccount = "another";
        var rebound = await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(rebound.Counts["customer"].Changed, (int)await harness.ScalarAsync<long>("SELECT count(unionid) FROM mirror.customers WHERE tenant_id = $1"));

        harness.Corp.Customers.DeveloperAccount = null;
        Assert.Equal(0, (await harness.MirrorCustomersAsync()).Counts["customer"].Changed);
    }

    /// <summary>Group chats: a cursor to the end, a chat that cannot be read, one that is gone.</summary>
    [Fact]
    public async Task Group_chat_that_fails_stays_and_a_dismissed_one_goes()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        var chats = await harness.LiveAsync("group_chats");
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(60111), "externalcontact/groupchat/get");
        Assert.Equal(RunState.Partial, (await harness.PullAsync()).State);
        Assert.Equal(chats, await harness.LiveAsync("group_chats"));

        harness.Simulator.Faults.Clear();
        harness.Corp.Customers.DismissChat(harness.Corp.Customers.Chats.First().ChatId);
        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(chats - 1, await harness.LiveAsync("group_chats"));
    }

    /// <summary>Identity: relations follow a changed userid, and a leaver's stay.</summary>
    [Fact]
    public async Task Relations_follow_a_renamed_member_and_those_of_a_leaver_stay_marked()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var (renamed, leaver) = (
            harness.World.People.First(p => p.HasGeneratedUserId && harness.Corp.Customers.RelationsOf(p.UserId).Count > 0).UserId,
            harness.World.People.Last(p => harness.Corp.Customers.RelationsOf(p.UserId).Count > 0).UserId);
        await harness.MirrorAsync();
        await harness.MirrorCustomersAsync();
        const string refs = "SELECT COALESCE(md5(string_agg(ref::text, ',' ORDER BY external_user_id)), '') FROM mirror.follows WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NULL";
        var before = await harness.ScalarAsync<string>(refs, renamed);
        var left = await harness.ScalarAsync<string>(refs, leaver);

        harness.World.ChangeUserId(renamed, "renamed.one");
        await harness.TellAsync("update_user", [("UserID", renamed), ("NewUserID", "renamed.one")]);
        await harness.DrainAsync();
        harness.World.Leave(leaver);
        await harness.MirrorAsync();
        await harness.MirrorCustomersAsync();

        Assert.Equal((before, left), (await harness.ScalarAsync<string>(refs, "renamed.one"), await harness.ScalarAsync<string>(refs, leaver)));
        Assert.Equal(0L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND user_id = $2 AND visible AND removed_at IS NULL", leaver));
    }

    [Fact]
    public async Task Check_finds_what_events_missed_for_the_members_who_were_looked_at_longest_ago()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        var gone = harness.Corp.Customers.Relations.First();
        harness.Corp.Customers.Delete(gone.UserId, gone.ExternalUserId);
        harness.Corp.Customers.Add(gone.UserId);
        harness.Simulator.Calls.Clear();

        var report = await harness.Services.GetRequiredService<CustomerCheck>().RunAsync(
            harness.Tenant.Id, new SyncRequest { Trigger = SyncTrigger.Schedule }, CustomerCheck.Budget, TestContext.Current.CancellationToken);

        Assert.Equal((RunState.Done, 1, 1), (report!.State, report.Counts["follow"].Created, report.Counts["follow"].Removed));
        Assert.Equal(0, harness.Simulator.Calls.Count(harness.Corp.Id, "externalcontact/batch/get_by_user"));
        await harness.AssertCustomersAreTrueAsync();
    }

    [Fact]
    public async Task Single_customer_is_read_and_told_step_by_step()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorCustomersAsync();
        var pair = harness.Corp.Customers.Relations.GroupBy(r => r.ExternalUserId).First(g => g.Count() > 1).First();
        harness.Corp.Customers.Delete(pair.UserId, pair.ExternalUserId);

        var report = await harness.RunAsync(
            SyncKind.OneObject,
            new SyncRequest { Trigger = SyncTrigger.Command, Object = new WantedObject(WantedObject.Customer, pair.ExternalUserId) });

        Assert.Equal((RunState.Done, 1), (report.State, report.Counts["follow"].Removed));
        Assert.Contains(report.Steps, s => s.StartsWith($"{pair.UserId}: no longer has the customer", StringComparison.Ordinal));
        await harness.AssertCustomersAreTrueAsync();
    }

    private static Fault Make(string name) => name switch
    {
        "html" => Fault.BadGateway(),
        "reset" => Fault.Reset(),
        "half body" => Fault.Reset(inMidBody: true),
        "truncated" => Fault.Truncate(),
        "empty" => Fault.EmptyList(),
        "dead token" => Fault.TokenDeath(),
        _ => Fault.ErrCode(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static async Task AssertNothingLostAsync(SyncHarness harness, string when)
    {
        var there = harness.Corp.Customers.Relations.Select(r => $"{r.UserId}|{r.ExternalUserId}").ToArray();
        var lost = await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NOT NULL AND user_id || '|' || external_user_id = ANY($2)", (object)there);
        Assert.True(lost == 0, $"{when}: {lost} relations removed that are there");
    }
}
