using System.Globalization;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>
/// G14: two workers as processes on one database, which are killed, paused and started again, one of them and both: each due instant has
/// one effect, and begins in time.
/// </summary>
public sealed class TroubledWorkersTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(100);

    private readonly HostProcess[] workers = new HostProcess[2];

    /// <summary>Of a long run, in which a run may meet several.</summary>
    private readonly List<DateTimeOffset> times = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Of a long run; <c>WECOMSYNC_TEST_TROUBLE_MINUTES</c> makes it longer, such as 30.</summary>
    private static TimeSpan Length => TimeSpan.FromMinutes(
        double.Parse(Environment.GetEnvironmentVariable("WECOMSYNC_TEST_TROUBLE_MINUTES") ?? "3", CultureInfo.InvariantCulture));

    [Fact]
    public async Task Each_due_instant_has_one_effect_in_time_whatever_becomes_of_the_workers()
    {
        try
        {
            (workers[0], workers[1]) = (await Probe.StartAsync(database), await Probe.StartAsync(database));
            var tenants = await AddTenantsAsync();
            await Eventually.TrueAsync("both workers are up and at work", async () =>
            {
                Assert.False(workers[0].HasExited || workers[1].HasExited, workers[0].Error + workers[1].Error);
                return await database.WorkersAsync() == 2 && await database.SyncedAsync() >= 4
                    && await database.ReadAsync<long>("SELECT count(*) FROM quartz.qrtz_triggers") == tenants.Count;
            }, Probe.StartsWithin);
            var from = DateTimeOffset.UtcNow;

            var troubles = await TroubleAsync();
            var until = DateTimeOffset.UtcNow;
            var latest = TimeSpan.Zero;
            foreach (var (tenant, cron) in tenants)
            {
                var late = await DueRuns.LatestAsync(database, tenant, cron, from, until, times);
                latest = late > latest ? late : latest;
            }

            // A trigger is ACQUIRED for half a minute before it fires; what is stuck lets its time pass.
            Assert.Equal(0L, await database.ReadAsync<long>(
                "SELECT count(*) FROM quartz.qrtz_triggers WHERE next_fire_time < $1", (DateTimeOffset.UtcNow - DueRuns.Limit).UtcTicks));
            foreach (var tenant in tenants.Keys)
            {
                await database.DisableAsync(tenant);
            }

            await Eventually.TrueAsync("nothing is left that was fired or fetched", async () =>
                await database.ReadAsync<long>("""
                    SELECT (SELECT count(*) FROM quartz.qrtz_triggers) + (SELECT count(*) FROM quartz.qrtz_fired_triggers) + (SELECT count(*) FROM hangfire.jobqueue)
                    """) == 0, Quiet);
            var (firedTwice, redelivered) = (0L, 0L);
            foreach (var tenant in tenants.Keys)
            {
                var (fired, delivered) = await DueRuns.AssertOneEffectEachAsync(database, tenant);
                (firedTwice, redelivered) = (firedTwice + fired, redelivered + delivered);
            }

            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{troubles}: the latest run started {latest.TotalSeconds:0.0} s after its time; {firedTwice} instants queued again, {redelivered} jobs delivered again"));
        }
        finally
        {
            foreach (var worker in workers.Where(worker => worker is not null))
            {
                await worker.DisposeAsync();
            }
        }
    }

    /// <summary>Each is due twice a minute, one tenant after the other: whenever something comes, some runs are in the victim's hands.</summary>
    private async Task<Dictionary<long, string>> AddTenantsAsync()
    {
        var tenants = new Dictionary<long, string>();
        var second = DateTimeOffset.UtcNow.Second;
        for (var i = 0; i < 12; i++)
        {
            var cron = string.Create(CultureInfo.InvariantCulture, $"{(second + (5 * i / 2)) % 30}/30 * * * * ?");
            tenants.Add(await database.AddTenantAsync(cron), cron);
        }

        return tenants;
    }

    /// <returns>What was done, in words.</returns>
    private async Task<string> TroubleAsync()
    {
        if (!TestServer.LongRun)
        {
            await KillAsync(0);
            await PassAsync(TimeSpan.FromSeconds(6));
            await PauseAsync(1, TimeSpan.FromSeconds(5));
            await RestartBothAsync();
            await PassAsync(TimeSpan.FromSeconds(5));
            return "a kill, a pause of 5 s and a restart of both";
        }

        const int Seed = 20261123;
        var random = new Random(Seed);
        var end = DateTimeOffset.UtcNow + Length;
        var (kills, pauses, restarts) = (0, 0, 0);
        // As if every trigger had been in the victim's hands: what follows is for the sweep alone.
        times.Add(DateTimeOffset.UtcNow);
        await KillAsync(0);
        await database.ExecuteAsync("UPDATE quartz.qrtz_triggers SET trigger_state = 'ACQUIRED'");
        while (DateTimeOffset.UtcNow < end)
        {
            // While one of them is still starting, what happens to the other is an outage of both.
            await Eventually.TrueAsync(
                "both workers are up", () => Array.TrueForAll(workers, worker => worker.Error.Contains("Now listening", StringComparison.Ordinal)
                    || worker.Output.Contains("Now listening", StringComparison.Ordinal)), Probe.StartsWithin);
            await PassAsync(TimeSpan.FromSeconds(5 + random.Next(20)));
            times.Add(DateTimeOffset.UtcNow);
            switch (random.Next(4))
            {
                case 0:
                    await RestartBothAsync();
                    times.Add(DateTimeOffset.UtcNow);
                    restarts++;
                    break;
                case 1:
                    // Longer than a scheduler may be silent before another takes its place.
                    await PauseAsync(random.Next(2), TimeSpan.FromSeconds(random.Next(2) == 0 ? 8 : 40));
                    pauses++;
                    break;
                default:
                    await KillAsync(random.Next(2));
                    kills++;
                    break;
            }
        }

        return $"{Length}, {kills + 1} kills, {pauses} pauses, {restarts} restarts of both (seed {Seed})";
    }

    private async Task KillAsync(int victim)
    {
        workers[victim].Kill();
        await workers[victim].DisposeAsync();
        workers[victim] = await Probe.StartAsync(database);
    }

    private async Task PauseAsync(int victim, TimeSpan time)
    {
        workers[victim].Pause();
        await PassAsync(time);
        workers[victim].Resume();
    }

    private async Task RestartBothAsync()
    {
        Array.ForEach(workers, worker => worker.SendTerminate());
        for (var i = 0; i < workers.Length; i++)
        {
            await workers[i].WaitForExitAsync();
            await workers[i].DisposeAsync();
            workers[i] = await Probe.StartAsync(database);
        }
    }

    /// <summary>Lets time pass: that is what is tested here.</summary>
    private static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(Cancel);
    }
}
