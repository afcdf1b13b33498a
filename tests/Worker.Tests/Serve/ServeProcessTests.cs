using System.Net;
using System.Net.Sockets;
using WeComSync.ServeProbe;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

public sealed class ServeProcessTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Signal_stops_a_running_sync_at_a_safe_point_and_the_log_says_so()
    {
        await using var worker = await Probe.StartAsync(database, (CountingSync.Lasts.Replace(":", "__", StringComparison.Ordinal), "00:10:00"));
        var tenant = await database.AddTenantAsync("* * * * * ?");
        await Eventually.TrueAsync("a sync runs", async () => await database.EffectsAsync(tenant) > 0, Probe.StartsWithin);

        worker.SendTerminate();
        var result = await worker.WaitForExitAsync();

        Assert.True(result.ExitCode == ExitCodes.Done, result.Error);
        Assert.Contains("sync stopped at a safe point, because this worker stops", result.Error, StringComparison.Ordinal);
        Assert.All(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("{\"@t\":\"", line, StringComparison.Ordinal));
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM hangfire.jobqueue WHERE fetchedat IS NOT NULL"));
    }

    [Fact]
    public async Task Serve_whose_port_is_taken_ends_with_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var result = await WorkerProcess.RunAsync(
            database.ConnectionString,
            [],
            ("ASPNETCORE_URLS", $"http://{taken.LocalEndpoint}"),
            ("Console__Operator__Email", TestWorker.Email),
            ("Console__Operator__Password", TestWorker.Password));

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.True(result.LastErrorLine.Contains("address already in use", StringComparison.OrdinalIgnoreCase), result.Error);
    }

    [Fact]
    public async Task Serve_without_an_operator_account_names_the_missing_setting()
    {
        var result = await WorkerProcess.RunAsync(database.ConnectionString, ["serve"]);

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.StartsWith("Console:Operator:Email is not set", result.LastErrorLine, StringComparison.Ordinal);
    }

    /// <summary>Such a worker knows no schedule; it must not take away what others keep.</summary>
    [Fact]
    public async Task Host_without_time_zone_data_says_so_and_leaves_the_schedules_alone()
    {
        await using var healthy = await TestWorker.StartAsync(database.ConnectionString);
        await database.AddTenantAsync("30 0 0 1 1 ?", "Asia/Shanghai");
        const string Triggers = "SELECT string_agg(trigger_name || description, ',' ORDER BY trigger_name) FROM quartz.qrtz_triggers WHERE trigger_group = 'sync'";
        await Eventually.TrueAsync("the trigger is set", async () => await database.ReadAsync<object>(Triggers) is string set && set.Contains("Shanghai", StringComparison.Ordinal));
        var before = await database.ReadAsync<string>(Triggers);
        var empty = Directory.CreateTempSubdirectory("wecomsync-zones-");
        try
        {
            await AssertRefusedAsync("serve", ("TZDIR", empty.FullName), "This host has no time zone data");
            await AssertRefusedAsync("doctor --host", ("TZDIR", empty.FullName), "This host has no time zone data");
        }
        finally
        {
            empty.Delete();
        }

        Assert.Equal(before, await database.ReadAsync<string>(Triggers));
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("doctor --host")]
    [InlineData("migrate")]
    public Task Host_without_language_data_says_so(string command) =>
        AssertRefusedAsync(command, ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"), "This host has no data about languages");

    private async Task AssertRefusedAsync(string command, (string, string?) setting, string sentence)
    {
        var result = await WorkerProcess.RunAsync(
            database.ConnectionString,
            command.Split(' '),
            ("Console__Operator__Email", TestWorker.Email),
            ("Console__Operator__Password", TestWorker.Password),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
            setting);
        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.StartsWith(sentence, result.LastErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
    }
}
