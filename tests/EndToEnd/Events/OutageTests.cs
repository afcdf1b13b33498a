using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>After an outage of PostgreSQL events are applied by themselves, however long it took: nobody's back-off of minutes is in the way.</summary>
public sealed class OutageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>By how many changes of the company each takes, four a second.</summary>
    private static int[] Outages => TestServer.LongRun ? [360, 2400] : [80];

    [Fact]
    [Trait("Length", "Long")]
    public async Task Events_are_applied_when_PostgreSQL_returns_whatever_the_outage_took()
    {
        await using var hosts = await BothHosts.OpenAsync(await PrivatePostgres.StartAsync(Cancel));
        var company = await hosts.AddCompanyAsync(new CorpOptions { Seed = 81 });
        var life = CompanyLife.Begin(company.Corp.World, new Random(81));
        await hosts.MirrorAsync(company);
        await hosts.StartAsync(company);
        foreach (var outage in Outages)
        {
            life.Step();
            await hosts.AppliedAsync(TimeSpan.FromSeconds(30), company);

            await hosts.Server.StopImmediatelyAsync(Cancel);
            using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250)))
            {
                for (var change = 0; change < outage; change++)
                {
                    life.Step();
                    await timer.WaitForNextTickAsync(Cancel);
                }
            }

            Assert.NotEqual(0, hosts.Spooled);
            var returned = DateTime.UtcNow;
            await hosts.Server.StartAsync(Cancel);
            hosts.Database.DataSource.Clear();
            await hosts.AppliedAsync(TimeSpan.FromSeconds(60), company);
            var first = await hosts.ScalarAsync<DateTime>(
                "SELECT min(applied_at) FROM control.callback_events WHERE tenant_id = $1 AND applied_at > $2", company.Id, returned);
            TestContext.Current.TestOutputHelper?.WriteLine($"After {outage} changes: the first event was applied {(first - returned).TotalSeconds:0.0} s after the return");
            await MirrorTruth.AssertEqualAsync(hosts.Database.DataSource, company.Id, company.Corp, Cancel);
        }
    }
}
