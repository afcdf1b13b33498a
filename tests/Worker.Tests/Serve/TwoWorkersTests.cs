using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>Two workers as processes on one database: what each due instant brought about is counted in the database.</summary>
public sealed class TwoWorkersTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Measured = TestServer.LongRun ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(15);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_due_run_happens_exactly_once()
    {
        await using var one = await Probe.StartAsync(database);
        await using var other = await Probe.StartAsync(database);
        string[] crons = ["* * * * * ?", "0/2 * * * * ?", "1/2 * * * * ?", "0/5 * * * * ?", "3/5 * * * * ?"];
        var tenants = new Dictionary<long, string>();
        foreach (var cron in crons)
        {
            tenants.Add(await database.AddTenantAsync(cron), cron);
        }

        await Eventually.TrueAsync("both workers are up and each tenant was synced", async () =>
        {
            Assert.False(one.HasExited || other.HasExited, one.Error + other.Error);
            return await database.WorkersAsync() == 2 && await database.SyncedAsync() == tenants.Count;
        });
        await PassAsync(Measured);

        foreach (var tenant in tenants.Keys)
        {
            await database.DisableAsync(tenant);
        }

        await Eventually.TrueAsync("all is still", async () =>
            await database.ReadAsync<long>("SELECT count(*) FROM quartz.qrtz_triggers") == 0
            && await database.ReadAsync<long>("SELECT count(*) FROM hangfire.jobqueue") == 0);

        foreach (var (tenant, cron) in tenants)
        {
            var claims = await database.ClaimsAsync(tenant);
            Assert.Equal(DueFrom(cron, claims[0], claims[^1]), claims);
            Assert.InRange(claims[^1] - claims[0], Measured - TimeSpan.FromSeconds(10), TimeSpan.MaxValue);
            Assert.Equal(claims.Count, await database.EffectsAsync(tenant));
        }

        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM quartz.qrtz_fired_triggers"));
        var jobs = await database.ReadAsync<long>("SELECT count(*) FROM hangfire.job");
        var effects = await database.ReadAsync<long>("SELECT count(*) FROM public.probe_effects");
        TestContext.Current.TestOutputHelper?.WriteLine($"{effects} effects from {jobs} queued jobs: {jobs - effects} delivered twice");
    }

    private static List<DateTimeOffset> DueFrom(string cron, DateTimeOffset first, DateTimeOffset last)
    {
        var due = new List<DateTimeOffset>();
        for (DateTimeOffset? at = first; at <= last; at = Cron.Of(cron).GetNextValidTimeAfter(at.Value))
        {
            due.Add(at.Value);
        }

        return due;
    }

    /// <summary>Lets time pass: that is what is tested here.</summary>
    private static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(Cancel);
    }
}
