using System.Globalization;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>G19: two workers on one database, the clock of one of which is two minutes ahead, behind, and jumps by an hour and back.</summary>
public sealed class WrongClockTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Length", "Long")]
    public async Task Each_due_instant_has_one_effect_in_time_whatever_the_clock_of_one_worker_says()
    {
        var clock = new JumpingClock();
        await using var right = await TestWorker.StartAsync(database.ConnectionString);
        await using var wrong = await TestWorker.StartAsync(database.ConnectionString, clock);
        string[] crons = ["0/10 * * * * ?", "3/10 * * * * ?", "7/20 * * * * ?"];
        var tenants = new Dictionary<long, (string Cron, DateTimeOffset From)>();
        foreach (var cron in crons)
        {
            tenants.Add(await database.AddTenantAsync(cron), (cron, DateTimeOffset.UtcNow.AddSeconds(5)));
        }

        await Eventually.TrueAsync("each tenant was synced", () => tenants.Keys.All(t => right.Sync.CountOf(t) + wrong.Sync.CountOf(t) > 0), TimeSpan.FromMinutes(1));
        TimeSpan[] offs =
        [
            TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(-2), TimeSpan.FromHours(1), TimeSpan.Zero, TimeSpan.FromHours(-1), TimeSpan.FromHours(1),
            TimeSpan.Zero,
        ];
        foreach (var off in offs)
        {
            clock.Off = off;
            // A schedule that is set by either worker meanwhile counts too.
            var late = await database.AddTenantAsync(crons[0]);
            tenants.Add(late, (crons[0], DateTimeOffset.UtcNow.AddSeconds(5)));
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(25));
            await timer.WaitForNextTickAsync(Cancel);
            await Eventually.TrueAsync(
                $"the tenant that was added at {off} is synced", () => right.Sync.CountOf(late) + wrong.Sync.CountOf(late) > 0, DueRuns.Limit);
        }

        var until = DateTimeOffset.UtcNow;
        var latest = TimeSpan.Zero;
        foreach (var (tenant, (cron, from)) in tenants)
        {
            var lateness = await DueRuns.LatestAsync(database, tenant, cron, from, until);
            latest = lateness > latest ? lateness : latest;
            await database.DisableAsync(tenant);
        }

        await Eventually.TrueAsync("nothing waits", async () => await database.ReadAsync<long>("SELECT count(*) FROM hangfire.jobqueue") == 0);
        foreach (var tenant in tenants.Keys)
        {
            Assert.Equal((await database.ClaimsAsync(tenant)).Count, right.Sync.CountOf(tenant) + wrong.Sync.CountOf(tenant));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{offs.Length} settings of a clock: the latest run started {latest.TotalSeconds:0.0} s after its time"));
    }
}
