using System.Diagnostics;
using System.Net;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Tests.OperatorConsole;
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

        await Eventually.TrueAsync("it is ready", async () => await StatusAsync(probe, "/readyz") == HttpStatusCode.OK);
        Assert.Equal("ready", await probe.GetStringAsync(new Uri("/readyz", UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task Worker_whose_database_hangs_says_so_in_time_is_alive_and_stops_all_the_same()
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
        await Eventually.TrueAsync("it is ready", async () => await StatusAsync(probe, "/readyz") == HttpStatusCode.OK);

        forwarder.Freeze();
        for (var i = 0; i < 2; i++)
        {
            var asked = Stopwatch.StartNew();
            using var answer = await probe.OpenAsync("/readyz");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("not ready: database does not answer", await answer.Content.ReadAsStringAsync(Cancel));
            Assert.InRange(asked.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(probe, "/healthz"));

        if (TestServer.LongRun)
        {
            var stopping = Stopwatch.StartNew();
            worker.SendTerminate();
            var result = await worker.WaitForExitAsync();
            Assert.InRange(stopping.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
            Assert.StartsWith("Not everything stopped in time", result.LastErrorLine, StringComparison.Ordinal);
        }
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient probe, string page)
    {
        try
        {
            using var answer = await probe.OpenAsync(page);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null; // not listening yet
        }
    }
}
