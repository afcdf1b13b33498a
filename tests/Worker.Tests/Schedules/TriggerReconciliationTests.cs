using Microsoft.Extensions.DependencyInjection;
using Quartz;
using WeComSync.TestKit;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Schedules;

public sealed class TriggerReconciliationTests(IdleWorker idle) : IClassFixture<IdleWorker>
{
    private readonly TestDatabase database = idle.Database;
    private readonly TestWorker worker = idle.Worker;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Triggers_follow_the_tenants_schedules()
    {
        var chosen = await database.AddTenantAsync("30 0 0 1 1 ?");
        var without = await database.AddTenantAsync(null);

        await ReconcileAsync();
        Assert.Equal("30 0 0 1 1 ? (UTC)", (await FindAsync(chosen))!.Description);
        Assert.Equal($"{ScheduleDefaults.Effective(without, Domain.Runs.SyncKind.Full, null)} (UTC)", (await FindAsync(without))!.Description);
        var untouched = (await FindAsync(without))!.StartTimeUtc;

        await database.SetCronAsync(chosen, "30 0 0 2 2 ?");
        await ReconcileAsync();
        Assert.Equal("30 0 0 2 2 ? (UTC)", (await FindAsync(chosen))!.Description);
        Assert.Equal(untouched, (await FindAsync(without))!.StartTimeUtc);

        await database.DisableAsync(chosen);
        await ReconcileAsync();
        Assert.Null(await FindAsync(chosen));
        Assert.NotNull(await FindAsync(without));
    }

    [Fact]
    public async Task Stopped_tenant_has_no_trigger_until_it_is_resumed()
    {
        var tenant = await database.AddTenantAsync(null);
        await database.ExecuteAsync("UPDATE control.tenants SET state = 'stopped' WHERE id = $1", tenant);
        await ReconcileAsync();
        Assert.Null(await FindAsync(tenant));

        await database.ExecuteAsync("UPDATE control.tenants SET state = 'active' WHERE id = $1", tenant);
        await ReconcileAsync();
        Assert.NotNull(await FindAsync(tenant));
    }

    [Theory]
    [InlineData("Asia/Shanghai", "2027-01-01T18:30:15Z")] // the second, 02:30 there
    [InlineData("America/New_York", "2027-01-02T07:30:15Z")]
    [InlineData("Asia/Kathmandu", "2027-01-01T20:45:15Z")]
    public async Task Schedule_is_meant_in_the_tenants_time_zone(string zone, string due)
    {
        var tenant = await database.AddTenantAsync("15 30 2 2 1 ? 2027", zone);
        await ReconcileAsync();

        Assert.Equal(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture), (await FindAsync(tenant))!.NextFireTimeUtc);
    }

    [Theory]
    [InlineData("nonsense", "UTC")]
    [InlineData("0 0 0 1 1 ? 2020", "UTC")]
    [InlineData("0 30 2 * * ?", "Mars/Olympus")]
    public async Task Tenant_whose_schedule_is_not_understood_does_not_harm_the_others(string cron, string zone)
    {
        var wrong = await database.AddTenantAsync(cron, zone);
        var right = await database.AddTenantAsync(null);
        await ReconcileAsync();

        Assert.Null(await FindAsync(wrong));
        Assert.NotNull(await FindAsync(right));
        var said = zone == "UTC" ? "Full sync has no schedule" : "this host does not know the time zone";
        await TestWorker.LoggedAsync($"Warning: Tenant {wrong}: {said}");
    }

    /// <summary>A worker whose time zone data is older than another's.</summary>
    [Fact]
    public async Task Trigger_in_a_zone_that_only_other_hosts_know_is_kept()
    {
        var tenant = await database.AddTenantAsync("30 0 0 1 1 ?", "UTC");
        await ReconcileAsync();
        var before = await FindAsync(tenant);
        await database.ExecuteAsync("UPDATE control.tenants SET time_zone = 'Mars/Olympus' WHERE id = $1", tenant);
        await ReconcileAsync();

        Assert.Equal(before, await FindAsync(tenant));
        await TestWorker.LoggedAsync($"Warning: Tenant {tenant}: this host does not know the time zone 'Mars/Olympus'");
    }

    [Fact]
    public async Task Two_workers_may_compare_at_once()
    {
        await using var other = TestWorker.Build(database.ConnectionString);
        var tenants = new List<long>();
        for (var i = 0; i < 50; i++)
        {
            tenants.Add(await database.AddTenantAsync(null));
        }

        await Task.WhenAll(ReconcileAsync(), ReconcileAsync(other), ReconcileAsync(), ReconcileAsync(other));

        foreach (var tenant in tenants)
        {
            Assert.NotNull(await FindAsync(tenant));
        }
    }

    private Task ReconcileAsync(TestWorker? by = null) => (by ?? worker).Services.GetRequiredService<TriggerReconciliation>().RunAsync(Cancel);

    private async Task<TriggerHeader?> FindAsync(long tenant)
    {
        var scheduler = await worker.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(Cancel);
        var stored = await TriggerReconciliation.StoredAsync(scheduler, Cancel);
        return stored.Values.SingleOrDefault(trigger => TenantSchedule.Parse(trigger.Key).TenantId == tenant);
    }
}
