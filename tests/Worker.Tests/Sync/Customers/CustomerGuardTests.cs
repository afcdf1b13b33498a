using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;
using Xunit;

namespace WeComSync.Worker.Tests.Sync.Customers;

/// <summary>How the guard judges what pulls and checks of customers find gone.</summary>
public sealed class CustomerGuardTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>So few relations that the guard's percentage asks nobody.</summary>
    private static readonly CorpOptions Few = new()
    {
        People = 6, Departments = 2, Seed = 61, Customers = new CustomerOptions { Count = 10, Relations = 15, TagGroups = 2, GroupChats = 2 },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(84061)]
    [InlineData(0)]
    public async Task Every_customer_gone_is_held_with_names_and_removed_once_approved(int code)
    {
        await using var harness = await SyncHarness.StartAsync(database, Few with
        {
            Settings = new CorpSettings { Customers = new CustomerSettings { EmptyMemberCode = code, EmptyBatchCode = code } },
        });
        await harness.MirrorCustomersAsync();
        var rows = await harness.RowsAsync();
        DeleteAll(harness);

        await harness.MirrorCustomersAsync();
        var held = await harness.MirrorCustomersAsync();
        Assert.Equal((0, 15), (held.Total.Removed, held.Total.Held));
        Assert.Equal(rows, await harness.RowsAsync());
        Assert.Equal(15L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM control.held_removals WHERE tenant_id = $1 AND entity = 'follow' AND decision = 'pending' AND name LIKE '% → %'"));

        var report = await harness.PullAsync(approve: held.RunId);
        Assert.Equal((RunState.Done, 15, 0), (report.State, report.Total.Removed, report.Total.Held));
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal((RunState.Done, 0), StateOf(await harness.PullAsync()));
    }

    [Fact]
    public async Task Check_that_finds_every_customer_gone_holds_them_too()
    {
        await using var harness = await SyncHarness.StartAsync(database, Few);
        await harness.MirrorCustomersAsync();
        var rows = await harness.RowsAsync();
        DeleteAll(harness);

        var report = await harness.Services.GetRequiredService<CustomerCheck>().RunAsync(
            harness.Tenant.Id, new SyncRequest { Trigger = SyncTrigger.Schedule }, CustomerCheck.Budget, Cancel);

        Assert.Equal((RunState.Done, 15), StateOf(report!));
        Assert.Equal(rows, await harness.RowsAsync());
    }

    [Fact]
    public async Task Every_corp_tag_gone_is_held_with_names_and_removed_once_approved()
    {
        await using var harness = await SyncHarness.StartAsync(database, Few);
        await harness.MirrorCustomersAsync();
        var tags = await harness.LiveAsync("corp_tag_groups") + await harness.LiveAsync("corp_tags");
        harness.Simulator.Faults.Always(harness.Corp, Fault.EmptyList(), "externalcontact/get_corp_tag_list");

        var held = await harness.PullAsync();
        Assert.Equal((RunState.Done, (int)tags), StateOf(held));
        Assert.Equal(tags, await harness.LiveAsync("corp_tag_groups") + await harness.LiveAsync("corp_tags"));

        var report = await harness.PullAsync(approve: held.RunId);
        Assert.Equal((RunState.Done, (int)tags, 0), (report.State, report.Total.Removed, report.Total.Held));
    }

    /// <summary>Each pull commits its tags before it fails: nine percent at each try are no less than half.</summary>
    [Theory]
    [InlineData(RunState.Failed)]
    [InlineData(RunState.Cancelled)]
    public async Task What_a_pull_removed_before_it_ended_badly_counts_towards_the_day(RunState ending)
    {
        await using var harness = await SyncHarness.StartAsync(database, Few);
        var groups = Enumerable.Range(0, 60).Select(i => harness.Corp.Customers.AddTagGroup($"组{i}", $"标签{i}").Id).ToList();
        await harness.MirrorCustomersAsync();

        groups.Take(5).ToList().ForEach(harness.Corp.Customers.DeleteTag);
        await EndBadlyAsync(harness, ending);
        Assert.Equal(57, await harness.LiveAsync("corp_tag_groups"));
        Assert.Equal((ending, 10), await LastAsync(harness));

        groups.Skip(5).Take(5).ToList().ForEach(harness.Corp.Customers.DeleteTag);
        await EndBadlyAsync(harness, ending);
        Assert.Equal(57, await harness.LiveAsync("corp_tag_groups"));
        Assert.Equal(5L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM control.held_removals WHERE tenant_id = $1 AND entity = 'corp_tag_group' AND decision = 'pending'"));
    }

    private static async Task EndBadlyAsync(SyncHarness harness, RunState ending)
    {
        if (ending == RunState.Failed)
        {
            harness.Simulator.Faults.Always(harness.Corp, Fault.Reset(), "externalcontact/get_follow_user_list");
            Assert.Equal(ending, (await harness.PullAsync()).State);
        }
        else
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            harness.Simulator.Faults.Always(harness.Corp, Fault.Hang(), "externalcontact/get_follow_user_list");
            var pull = harness.Services.GetRequiredService<SyncRunner>().RunAsync(
                harness.Tenant.Id, SyncKind.Customers, new SyncRequest { Trigger = SyncTrigger.Command }, stop.Token);
            await Eventually.TrueAsync(
                "the pull's tags are committed",
                () => harness.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM control.sync_runs WHERE tenant_id = $1 AND state = 'running' AND jsonb_exists(counts, 'corp_tag'))"));
            await stop.CancelAsync();
            Assert.Equal(ending, (await pull).State);
        }

        harness.Simulator.Faults.Clear();
    }

    private static async Task<(RunState State, int Removed)> LastAsync(SyncHarness harness)
    {
        await using var db = harness.Database.OpenContext();
        var run = db.SyncRuns.Where(r => r.TenantId == harness.Tenant.Id).OrderByDescending(r => r.Id).First();
        return (run.State, run.Removed);
    }

    private static void DeleteAll(SyncHarness harness)
    {
        foreach (var relation in harness.Corp.Customers.Relations.ToList())
        {
            harness.Corp.Customers.Delete(relation.UserId, relation.ExternalUserId);
        }
    }

    private static (RunState State, int Held) StateOf(SyncReport report) => (report.State, report.Total.Held);
}
