using Hangfire.States;
using WeComSync.TestKit;
using WeComSync.Worker.Tests.Jobs;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Schedules;

/// <summary>G19, in small: what a worker whose clock is an hour ahead would spoil if it went by its own. See also <see cref="WrongClockTests"/>.</summary>
public sealed class ClockAheadTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Worker_whose_clock_is_ahead_drops_no_run_as_overtaken_and_puts_off_no_schedule()
    {
        await using var worker = await TestWorker.StartAsync(database.ConnectionString, new JumpingClock { Off = TimeSpan.FromHours(1) });
        var tenant = await database.AddTenantAsync("0 0/10 * * * ?");
        var now = DateTimeOffset.UtcNow;
        var job = worker.Enqueue(tenant, new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, now.Minute, now.Second, TimeSpan.Zero));

        await worker.AllReachAsync([job], SucceededState.StateName);
        Assert.Equal(1, worker.Sync.CountOf(tenant));

        const string begins = "SELECT count(*) FROM quartz.qrtz_triggers WHERE trigger_name = $1::text || ':full'";
        await Eventually.TrueAsync("the schedule is set", async () => await database.ReadAsync<long>(begins, tenant) == 1);
        Assert.Equal(1L, await database.ReadAsync<long>($"{begins} AND start_time <= $2", tenant, DateTime.UtcNow.Ticks));
    }
}
