using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Commands.Status;
using WeComSync.Worker.Notifications;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync.Customers;

/// <summary>Most companies use no customer contact: that must not be a failure of every night.</summary>
public sealed class CustomerRestTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 8, Departments = 2, Seed = 36, Customers = new CustomerOptions { Count = 30, Relations = 40, TagGroups = 1, GroupChats = 1, AppIsListed = false },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Obstacles => ["not listed", "nobody serves", "no secret"];

    [Theory]
    [MemberData(nameof(Obstacles))]
    public async Task Scheduled_pull_of_a_company_without_customer_contact_rests_and_status_says_why(string obstacle)
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { Customers = Company.Customers with { AppIsListed = obstacle != "not listed" } }, app: obstacle != "no secret");
        if (obstacle == "nobody serves")
        {
            harness.Corp.Customers.ServiceRange = VisibleRange.Nothing;
        }

        for (var night = 0; night < 2; night++)
        {
            harness.Simulator.Calls.Clear();
            Assert.Equal(SyncOutcome.Resting, await NightAsync(harness));
            Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id), 0, 2);
        }

        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1"));
        Assert.Equal("active", await harness.ScalarAsync<string>("SELECT state FROM control.tenants WHERE id = $1"));
        var rest = Assert.Single(await StatusAsync(harness));
        Assert.Equal(obstacle switch { "not listed" => 48002, "nobody serves" => 84074, _ => null }, rest.Code);
        Assert.NotEmpty(rest.Action);
    }

    [Fact]
    public async Task Pull_goes_on_by_itself_once_WeCom_allows_it()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        Assert.Equal(SyncOutcome.Resting, await NightAsync(harness));
        harness.Corp.App.IsListed = true;

        Assert.Equal(SyncOutcome.Finished, await NightAsync(harness));

        await harness.AssertCustomersAreTrueAsync();
        Assert.Empty(await StatusAsync(harness));
    }

    /// <summary>Whoever has customers hears of it once; after that it is quiet, and nothing is removed.</summary>
    [Fact]
    public async Task Permission_that_is_withdrawn_stops_one_run_and_the_next_ones_rest()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { Customers = Company.Customers with { AppIsListed = true } });
        await harness.MirrorCustomersAsync();
        harness.Corp.App.IsListed = false;

        Assert.Equal(SyncOutcome.Stopped, await NightAsync(harness));
        Assert.Equal(SyncOutcome.Resting, await NightAsync(harness));
        harness.Simulator.Calls.Clear();
        Assert.Null(await harness.Services.GetRequiredService<SyncRunner>().CheckCustomersAsync(
            harness.Tenant.Id, new SyncRequest { Trigger = SyncTrigger.Schedule }, Cancel));

        Assert.Equal(0, harness.Simulator.Calls.Count(harness.Corp.Id));
        Assert.Equal(1L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'stopped'"));
        Assert.Equal(40L, await harness.LiveAsync("follows"));
    }

    /// <summary>What was there before and is refused now is an incident, whoever meets it first; what never was there is none.</summary>
    [Theory]
    [InlineData("pull")]
    [InlineData("check")]
    [InlineData("nobody serves")]
    [InlineData("never had any")]
    public async Task Permission_that_is_withdrawn_is_told_once_and_once_when_it_is_back(string how)
    {
        var had = how != "never had any";
        await using var harness = await SyncHarness.StartAsync(database, Company with { Customers = Company.Customers with { AppIsListed = had } });
        if (had)
        {
            await harness.MirrorCustomersAsync();
        }

        await WatchAsync(harness);
        Assert.Empty(await IncidentsAsync(harness));
        Withdraw(withdrawn: true);
        for (var round = 0; round < 2; round++)
        {
            _ = how == "check"
                ? await CheckAsync(harness)
                : await NightAsync(harness);
            await WatchAsync(harness);
        }

        Assert.Equal(had ? ["open"] : [], await IncidentsAsync(harness));
        if (had)
        {
            Assert.Contains(how == "nobody serves" ? "使用范围" : "可调用接口的应用", await harness.ScalarAsync<string>(
                "SELECT message FROM control.incidents WHERE tenant_id = $1"), StringComparison.Ordinal);
        }

        Withdraw(withdrawn: false);
        Assert.Equal(SyncOutcome.Finished, await NightAsync(harness));
        await WatchAsync(harness);
        Assert.Equal(had ? ["over"] : [], await IncidentsAsync(harness));

        void Withdraw(bool withdrawn)
        {
            if (how == "nobody serves")
            {
                harness.Corp.Customers.ServiceRange = withdrawn ? VisibleRange.Nothing : VisibleRange.WholeCompany;
            }
            else
            {
                harness.Corp.App.IsListed = !withdrawn;
            }
        }
    }

    [Fact]
    public async Task Changed_secret_is_looked_at_between_two_nights()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        Assert.Equal(SyncOutcome.Resting, await NightAsync(harness));
        harness.Corp.App.IsListed = true;
        await harness.ScalarAsync<long>("UPDATE control.wecom_settings SET secret_set_at = now() WHERE tenant_id = $1 AND channel = 'app' RETURNING tenant_id");

        await harness.Services.GetRequiredService<SyncRunner>().CheckCustomersAsync(
            harness.Tenant.Id, new SyncRequest { Trigger = SyncTrigger.Schedule }, Cancel);

        Assert.Empty(await StatusAsync(harness));
    }

    /// <summary>What may pass by itself is no reason to rest.</summary>
    [Fact]
    public async Task WeCom_that_is_away_is_a_failed_run()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { Customers = Company.Customers with { AppIsListed = true } });
        harness.Simulator.Faults.Always(harness.Corp, Fault.BadGateway());

        await Assert.ThrowsAsync<SyncFailedException>(() => NightAsync(harness));
    }

    private static Task<SyncOutcome> NightAsync(SyncHarness harness) =>
        harness.Services.GetRequiredService<ISyncRunner>().RunAsync(harness.Tenant.Id, SyncKind.Customers, SyncTrigger.Schedule, Cancel);

    private static async Task<SyncOutcome> CheckAsync(SyncHarness harness)
    {
        var report = await harness.Services.GetRequiredService<SyncRunner>().CheckCustomersAsync(
            harness.Tenant.Id, new SyncRequest { Trigger = SyncTrigger.Schedule }, Cancel);
        return report is null ? SyncOutcome.Resting : SyncOutcome.Finished;
    }

    /// <summary>One look for what a person must hear of.</summary>
    private static async Task WatchAsync(SyncHarness harness)
    {
        var options = Microsoft.Extensions.Options.Options.Create(new NotificationOptions());
        var finder = ActivatorUtilities.CreateInstance<IncidentFinder>(harness.Services, options);
        await ActivatorUtilities.CreateInstance<IncidentBook>(harness.Services, options).UpdateAsync(await finder.FindAsync(Cancel), Cancel);
    }

    private static async Task<string[]> IncidentsAsync(SyncHarness harness) => await harness.ScalarAsync<string[]>("""
        SELECT COALESCE(array_agg(CASE WHEN closed_at IS NULL THEN 'open' ELSE 'over' END), '{}')
        FROM control.incidents WHERE tenant_id = $1 AND kind = 'customers_refused'
        """);

    private static async Task<List<CustomerRestStatus>> StatusAsync(SyncHarness harness) =>
        [.. (await ActivatorUtilities.CreateInstance<StatusReader>(harness.Services).ReadAsync(Cancel)).CustomersResting.Where(r => r.Tenant == harness.Tenant.Key)];
}
