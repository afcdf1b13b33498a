using Hangfire.States;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Jobs;

public sealed class StoppingWorkerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Worker_that_stops_lets_a_running_sync_stop_at_a_safe_point_and_another_goes_on()
    {
        var tenant = await database.AddTenantAsync("0 0 0 29 2 ?");
        string job;
        await using (var worker = await TestWorker.StartAsync(database.ConnectionString))
        {
            worker.Sync.Does[tenant] = async ct =>
            {
                await Task.Delay(Timeout.Infinite, ct);
                return SyncOutcome.Finished;
            };
            job = worker.Enqueue(tenant, new DateTimeOffset(2026, 11, 22, 2, 30, 0, TimeSpan.Zero));
            await Eventually.TrueAsync("the sync runs", () => worker.Sync.CountOf(tenant) == 1);

            await worker.StopAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        await TestWorker.LoggedAsync($"Tenant {tenant}: Full sync stopped at a safe point");
        await using var next = await TestWorker.StartAsync(database.ConnectionString);
        await next.AllReachAsync([job], SucceededState.StateName);
        Assert.Equal(1, next.Sync.CountOf(tenant));
    }
}
