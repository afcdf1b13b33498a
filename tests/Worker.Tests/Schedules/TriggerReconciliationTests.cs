using Microsoft.Extensions.DependencyInjection;
using Quartz;
using WeComSync.TestKit;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Schedules;

/// <remarks>The worker is built and never started: nothing here fires.</remarks>
public sealed class TriggerReconciliationTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Triggers_follow_the_tenants_schedules()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var chosen = await database.AddTenantAsync("30 0 0 1 1 ?");
        var without = await database.AddTenantAsync(null);

        await ReconcileAsync(worker);
        Assert.Equal("30 0 0 1 1 ? (UTC)", (await FindAsync(worker, chosen))!.Description);
        Assert.Equal($"{ScheduleDefaults.Effective(without, Domain.Runs.SyncKind.Full, null)} (UTC)", (await FindAsync(worker, without))!.Description);
        var untouched = (await FindAsync(worker, without))!.StartTimeUtc;

        await database.SetCronAsync(chosen, "30 0 0 2 2 ?");
        await ReconcileAsync(worker);
        Assert.Equal("30 0 0 2 2 ? (UTC)", (await FindAsync(worker, chosen))!.Description);
        Assert.Equal(untouched, (await FindAsync(worker, without))!.StartTimeUtc);

        await database.DisableAsync(chosen);
        await ReconcileAsync(worker);
        Assert.Null(await FindAsync(worker, chosen));
        Assert.NotNull(await FindAsync(worker, without));
    }

    [Fact]
    public async Task Stopped_tenant_has_no_trigger_until_it_is_resumed()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var tenant = await database.AddTenantAsync(null);
        await database.ExecuteAsync("UPDATE control.tenants SET state = 'stopped' WHERE id = $1", tenant);
        await ReconcileAsync(worker);
        Assert.Null(await FindAsync(worker, tenant));

        await database.ExecuteAsync("UPDATE control.tenants SET state = 'active' WHERE id = $1", tenant);
        await ReconcileAsync(worker);
        Assert.NotNull(await FindAsync(worker, tenant));
    }

    [Theory]
    [InlineData("Asia/Shanghai", "2027-01-01T18:30:15Z")] // the second, 02:30 there
    [InlineData("America/New_York", "2027-01-02T07:30:15Z")]
    [InlineData("Asia/Kathmandu", "2027-01-01T20:45:15Z")]
    public async Task Schedule_is_meant_in_the_tenants_time_zone(string zone, string due)
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var tenant = await database.AddTenantAsync("15 30 2 2 1 ? 2027", zone);
        await ReconcileAsync(worker);

        Assert.Equal(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture), (await FindAsync(worker, tenant))!.NextFireTimeUtc);
    }

    [Theory]
    [InlineData("nonsense", "UTC")]
    [InlineData("0 0 0 1 1 ? 2020", "UTC")]
    [InlineData("0 30 2 * * ?", "Mars/Olympus")]
    public async Task Tenant_whose_schedule_is_not_understood_does_not_harm_the_others(string cron, string zone)
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var wrong = await database.AddTenantAsync(cron, zone);
        var right = await database.AddTenantAsync(null);
        await ReconcileAsync(worker);

        Assert.Null(await FindAsync(worker, wrong));
        Assert.NotNull(await FindAsync(worker, right));
        Assert.Contains(TestWorker.Log, line => line.StartsWith($"Warning: Tenant {wrong}: Full sync has no schedule", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_workers_may_compare_at_once()
    {
        await using var one = TestWorker.Build(database.ConnectionString);
        await using var other = TestWorker.Build(database.ConnectionString);
        var tenants = new List<long>();
        for (var i = 0; i < 50; i++)
        {
            tenants.Add(await database.AddTenantAsync(null));
        }

        await Task.WhenAll(ReconcileAsync(one), ReconcileAsync(other), ReconcileAsync(one), ReconcileAsync(other));

        foreach (var tenant in tenants)
        {
            Assert.NotNull(await FindAsync(one, tenant));
        }
    }

    private static Task ReconcileAsync(TestWorker worker) => worker.Services.GetRequiredService<TriggerReconciliation>().RunAsync(Cancel);

    private static async Task<TriggerHeader?> FindAsync(TestWorker worker, long tenant)
    {
        var scheduler = await worker.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(Cancel);
        var stored = await TriggerReconciliation.StoredAsync(scheduler, Cancel);
        return stored.Values.SingleOrDefault(trigger => TenantSchedule.Parse(trigger.Key).TenantId == tenant);
    }
}
