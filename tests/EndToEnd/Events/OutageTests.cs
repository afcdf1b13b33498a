using System.Diagnostics;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>G16: after an outage of PostgreSQL events are applied at once, however long it took: nobody's back-off is in the way.</summary>
public sealed class OutageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static TimeSpan[] Outages =>
        TestServer.LongRun ? [TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(10)] : [TimeSpan.FromSeconds(20)];

    [Fact]
    public async Task First_event_is_applied_within_10_s_of_the_return_of_PostgreSQL()
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
            var clock = Stopwatch.StartNew();
            using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250)))
            {
                while (clock.Elapsed < outage)
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
            TestContext.Current.TestOutputHelper?.WriteLine($"After {outage}: the first event was applied {(first - returned).TotalSeconds:0.0} s after the return");
            Assert.InRange(first - returned, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            await MirrorTruth.AssertEqualAsync(hosts.Database.DataSource, company.Id, company.Corp, Cancel);
        }
    }
}
