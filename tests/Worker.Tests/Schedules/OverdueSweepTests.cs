using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Schedules;

/// <remarks>The worker is built and never started, so Quartz misses everything and nobody takes a job.</remarks>
public sealed class OverdueSweepTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_scheduler_missed_is_queued_once()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var (tenant, due) = await AddOverdueAsync(worker);

        await SweepAsync(worker);
        Assert.Equal([due], await WaitingAsync(worker, tenant));

        await SweepAsync(worker);
        Assert.Equal(1L, await JobsOfAsync(tenant));
    }

    [Fact]
    public async Task Claimed_run_is_not_overdue()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var (tenant, due) = await AddOverdueAsync(worker);
        await worker.Services.GetRequiredService<EffectClaims>().TryTakeAsync(tenant, SyncKind.Full, due, "some job", Cancel);

        await SweepAsync(worker);
        Assert.Empty(await WaitingAsync(worker, tenant));
    }

    [Fact]
    public async Task Run_that_was_due_before_its_schedule_was_set_is_not_overdue()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var (cron, _) = MinutesAgo(2);
        var tenant = await database.AddTenantAsync(cron);
        await ReconcileAsync(worker);

        await SweepAsync(worker);
        Assert.Empty(await WaitingAsync(worker, tenant));
    }

    [Fact]
    public async Task Of_many_missed_runs_only_the_newest_is_queued()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var tenant = await database.AddTenantAsync("30 * * * * ?");
        await ReconcileAsync(worker);
        await SetAgoAsync(tenant, TimeSpan.FromHours(3));

        await SweepAsync(worker);
        var queued = Assert.Single(await WaitingAsync(worker, tenant));
        Assert.InRange(DateTimeOffset.UtcNow - queued, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task What_was_missed_more_than_a_day_ago_is_left_to_the_next_run()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var before = DateTimeOffset.UtcNow.AddHours(-25);
        var tenant = await database.AddTenantAsync($"{before.Second} {before.Minute} {before.Hour} {before.Day} * ?");
        await ReconcileAsync(worker);
        await SetAgoAsync(tenant, TimeSpan.FromDays(40));

        await SweepAsync(worker);
        Assert.Empty(await WaitingAsync(worker, tenant));
    }

    [Fact]
    public async Task Disabled_tenant_has_nothing_overdue()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var (tenant, _) = await AddOverdueAsync(worker);
        await database.DisableAsync(tenant);

        await SweepAsync(worker);
        Assert.Empty(await WaitingAsync(worker, tenant));
    }

    [Fact]
    public async Task Jobs_of_a_dead_worker_are_queued_again()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var (tenant, due) = await AddOverdueAsync(worker);
        await SweepAsync(worker);
        const string Hold = "UPDATE hangfire.jobqueue SET fetchedat = now() - make_interval(secs => $2) "
            + "WHERE jobid IN (SELECT id FROM hangfire.job WHERE arguments ->> 0 = $1::text)";

        await database.ExecuteAsync(Hold, tenant, 50.0); // a live one renews its hold every 18 s
        await SweepAsync(worker);
        Assert.Equal(1L, await HeldAsync(tenant));

        await database.ExecuteAsync(Hold, tenant, 61.0);
        await SweepAsync(worker);
        Assert.Equal(0L, await HeldAsync(tenant));
        Assert.Contains(due, await WaitingAsync(worker, tenant));
    }

    [Fact]
    public async Task Old_claims_are_deleted()
    {
        await using var worker = TestWorker.Build(database.ConnectionString);
        var tenant = await database.AddTenantAsync(null);
        var claims = worker.Services.GetRequiredService<EffectClaims>();
        var (old, young) = (DateTimeOffset.UtcNow.Date.AddDays(-8), DateTimeOffset.UtcNow.Date.AddDays(-6));
        await claims.TryTakeAsync(tenant, SyncKind.Full, new DateTimeOffset(old, TimeSpan.Zero), "a", Cancel);
        await claims.TryTakeAsync(tenant, SyncKind.Full, new DateTimeOffset(young, TimeSpan.Zero), "b", Cancel);

        await worker.Services.GetRequiredService<EffectRetention>().RunAsync(Cancel);
        Assert.Equal([new DateTimeOffset(young, TimeSpan.Zero)], await database.ClaimsAsync(tenant));
    }

    private async Task<(long Tenant, DateTimeOffset Due)> AddOverdueAsync(TestWorker worker)
    {
        var (cron, due) = MinutesAgo(2);
        var tenant = await database.AddTenantAsync(cron);
        await ReconcileAsync(worker);
        await SetAgoAsync(tenant, TimeSpan.FromHours(1));
        return (tenant, due);
    }

    private static (string Cron, DateTimeOffset Due) MinutesAgo(int minutes)
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(-minutes);
        return ($"{at.Second} {at.Minute} {at.Hour} * * ?", new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, at.Minute, at.Second, TimeSpan.Zero));
    }

    private static Task ReconcileAsync(TestWorker worker) => worker.Services.GetRequiredService<TriggerReconciliation>().RunAsync(Cancel);

    private static Task<TimeSpan> SweepAsync(TestWorker worker) =>
        // Others of this class sweep too, and only one sweeps at a time.
        Eventually.TrueAsync("the sweep had its turn", async () => await worker.Services.GetRequiredService<OverdueSweep>().RunAsync(Cancel) is not null);

    private static async Task<List<DateTimeOffset>> WaitingAsync(TestWorker worker, long tenant) =>
        [.. (await worker.Services.GetRequiredService<SyncQueue>().WaitingAsync(Cancel)).Where(run => run.TenantId == tenant).Select(run => run.Instant)];

    /// <summary>Makes the trigger as old as if it had been set then.</summary>
    private Task SetAgoAsync(long tenant, TimeSpan ago) => database.ExecuteAsync(
        "UPDATE quartz.qrtz_triggers SET start_time = start_time - $2 WHERE trigger_name = $1::text || ':full'", tenant, ago.Ticks);

    private Task<long> JobsOfAsync(long tenant) =>
        database.ReadAsync<long>("SELECT count(*) FROM hangfire.job WHERE arguments ->> 0 = $1::text", tenant);

    private Task<long> HeldAsync(long tenant) => database.ReadAsync<long>(
        "SELECT count(*) FROM hangfire.jobqueue q JOIN hangfire.job j ON j.id = q.jobid WHERE j.arguments ->> 0 = $1::text AND q.fetchedat IS NOT NULL",
        tenant);
}
