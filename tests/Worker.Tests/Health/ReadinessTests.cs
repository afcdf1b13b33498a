using System.Net;
using WeComSync.TestKit;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Health;

public sealed class ReadinessTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_is_ready_when_scheduler_and_job_server_run()
    {
        await using var worker = await TestWorker.StartAsync(database.ConnectionString);
        using var probe = worker.Visit();

        await Eventually.TrueAsync("it is ready", async () => await probe.StatusAsync("/readyz") == HttpStatusCode.OK);
        Assert.Equal("ready", await probe.GetStringAsync(new Uri("/readyz", UriKind.Relative), Cancel));
    }
}
