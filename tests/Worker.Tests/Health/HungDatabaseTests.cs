using System.Net;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Tests.WebConsole;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Health;

public sealed class HungDatabaseTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>The database never answers, so whoever waits for it does not answer within this either.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_whose_database_hangs_says_so_is_alive_and_stops_all_the_same()
    {
        var port = TcpForwarder.FreePort();
        await using var forwarder = new TcpForwarder(port, TestServer.ConnectionString);
        var through = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = port };
        var address = new Uri($"http://127.0.0.1:{TcpForwarder.FreePort()}");
        await using var worker = WorkerProcess.Start(
            through.ConnectionString,
            ["serve"],
            ("ASPNETCORE_URLS", address.ToString()),
            ("Console__Operator__Email", TestWorker.Email),
            ("Console__Operator__Password", TestWorker.Password));
        using var probe = new HttpClient { BaseAddress = address };
        await Eventually.TrueAsync("it is ready", async () => await probe.StatusAsync("/readyz") == HttpStatusCode.OK, Probe.StartsWithin);

        forwarder.Freeze();
        for (var i = 0; i < 2; i++)
        {
            using var answer = await probe.OpenAsync("/readyz").WaitAsync(Deadline, Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("not ready: database does not answer", await answer.Content.ReadAsStringAsync(Cancel));
        }

        Assert.Equal(HttpStatusCode.OK, await probe.StatusAsync("/healthz"));

        if (TestServer.LongRun)
        {
            worker.SendTerminate();
            var result = await worker.WaitForExitAsync();
            Assert.StartsWith("Not everything stopped in time", result.LastErrorLine, StringComparison.Ordinal);
        }
    }
}
