using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>From a tenant's schedule to a sync that runs, with the real Quartz and Hangfire.</summary>
public sealed class ScheduledSyncTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string EverySecond = "* * * * * ?";
    private const string Never = "0 0 0 29 2 ?";

    [Fact]
    public async Task Schedule_of_a_new_changed_or_disabled_tenant_takes_effect_without_a_restart()
    {
        await using var worker = await TestWorker.StartAsync(database.ConnectionString);
        var tenant = await database.AddTenantAsync(EverySecond);
        await Eventually.TrueAsync("a tenant that came later is synced", () => worker.Sync.CountOf(tenant) >= 3, TimeSpan.FromMinutes(2));

        await database.SetCronAsync(tenant, Never);
        await HasNoTriggerDueAsync(tenant);
        var whenChanged = await SettledAsync(worker, tenant);

        await database.SetCronAsync(tenant, "0/2 * * * * ?");
        await Eventually.TrueAsync("the changed schedule is kept", () => worker.Sync.CountOf(tenant) >= whenChanged + 2);
        Assert.All((await database.ClaimsAsync(tenant))[whenChanged..], instant => Assert.Equal(0, instant.Second % 2));

        await database.DisableAsync(tenant);
        await Eventually.TrueAsync("the trigger is gone", async () =>
            await database.ReadAsync<long>("SELECT count(*) FROM quartz.qrtz_triggers WHERE trigger_name = $1::text || ':full'", tenant) == 0);
        var whenDisabled = await SettledAsync(worker, tenant);
        Assert.Equal((await database.ClaimsAsync(tenant)).Count, whenDisabled);
    }

    [Fact]
    public async Task Kinds_that_nobody_can_run_get_no_schedule()
    {
        await using var worker = await TestWorker.StartAsync(database.ConnectionString);
        var tenant = await database.AddTenantAsync(null);
        await Eventually.TrueAsync("the tenant has a trigger", async () =>
            await database.ReadAsync<long>("SELECT count(*) FROM quartz.qrtz_triggers WHERE trigger_name LIKE $1::text || ':%'", tenant) > 0);

        Assert.Equal(
            $"{tenant}:full",
            await database.ReadAsync<string>("SELECT string_agg(trigger_name, ' ') FROM quartz.qrtz_triggers WHERE trigger_name LIKE $1::text || ':%'", tenant));
    }

    private Task<TimeSpan> HasNoTriggerDueAsync(long tenant) =>
        Eventually.TrueAsync("the trigger is changed", async () =>
            await database.ReadAsync<string>("SELECT description FROM quartz.qrtz_triggers WHERE trigger_name = $1::text || ':full'", tenant)
                is { } description && !description.StartsWith(EverySecond, StringComparison.Ordinal));

    /// <summary>Waits until no job is left that was queued before, and counts the runs.</summary>
    private async Task<int> SettledAsync(TestWorker worker, long tenant)
    {
        await Eventually.TrueAsync("what was queued is done", async () => await database.ReadAsync<long>(
            "SELECT count(*) FROM hangfire.job WHERE arguments ->> 0 = $1::text AND statename IN ('Enqueued', 'Processing')", tenant) == 0);
        return worker.Sync.CountOf(tenant);
    }
}
