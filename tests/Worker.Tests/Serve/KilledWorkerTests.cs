using System.Globalization;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>Two workers as processes on one database, one of which is killed.</summary>
public sealed class KilledWorkerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>A due run starts this long after its time at the latest, whatever dies.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task Due_runs_of_a_worker_that_is_killed_happen_all_the_same()
    {
        await using var survivor = await Probe.StartAsync(database);
        await using var victim = await Probe.StartAsync(database);
        var tenants = new Dictionary<long, string>();
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 12; i++)
        {
            // Each is due twice a minute, one tenant after the other: whenever the kill comes, some are in the victim's hands.
            var cron = string.Create(CultureInfo.InvariantCulture, $"{(now.Second + (5 * i / 2)) % 30}/30 * * * * ?");
            tenants.Add(await database.AddTenantAsync(cron), cron);
        }

        await Eventually.TrueAsync("both workers are up and at work", async () =>
        {
            Assert.False(survivor.HasExited || victim.HasExited, survivor.Error + victim.Error);
            return await database.WorkersAsync() == 2 && await database.SyncedAsync() >= 4;
        });
        victim.Kill();
        var killed = DateTimeOffset.UtcNow;

        var latest = TimeSpan.Zero;
        var due = tenants.Select(tenant => (Tenant: tenant.Key, At: Cron.Of(tenant.Value).GetNextValidTimeAfter(killed.AddSeconds(-3))!.Value))
            .Where(run => run.At < killed.AddSeconds(6))
            .ToList();
        Assert.NotEmpty(due);
        foreach (var (tenant, at) in due)
        {
            await Eventually.TrueAsync(
                $"the run that was due at {at:T} has started, after a kill at {killed:T}",
                async () => (await database.ClaimsAsync(tenant)).Contains(at),
                at + Limit - DateTimeOffset.UtcNow);
            var late = await database.ReadAsync<DateTime>(
                "SELECT claimed_at FROM control.scheduled_effects WHERE tenant_id = $1 AND instant = $2", tenant, at) - at.UtcDateTime;
            latest = late > latest ? late : latest;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"The latest of {due.Count} due runs started {latest.TotalSeconds:0.0} s after its time.");
        Assert.InRange(latest, TimeSpan.Zero, Limit);
    }
}
