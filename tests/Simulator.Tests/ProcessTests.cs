using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace WeComSync.Simulator.Tests;

public sealed class ProcessTests
{
    [Fact]
    public async Task As_a_process_it_prints_one_line_of_json_serves_and_ends_cleanly_on_sigterm()
    {
        using var process = Start("--seed", "5", "--people", "12", "--departments", "4", "--corps", "2", "--app", "old", "--max-users", "5");
        using var line = JsonDocument.Parse((await process.StandardOutput.ReadLineAsync(Caller.Cancel))!);
        var corps = line.RootElement.GetProperty("corps");
        using var http = new HttpClient { BaseAddress = new Uri(line.RootElement.Text("baseUrl")) };

        var answer = await http.GetStringAsync(
            $"/cgi-bin/gettoken?corpid={corps[1].Text("corpId")}&corpsecret={corps[1].Text("contactsSecret")}", Caller.Cancel);
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(Caller.Cancel);
        await process.WaitForExitAsync(Caller.Cancel);

        Assert.Contains("\"errcode\":0", answer, StringComparison.Ordinal);
        Assert.Equal(2, corps.GetArrayLength());
        Assert.Equal(12, corps[0].GetProperty("people").GetInt32());
        Assert.Equal(1000002, corps[0].GetProperty("agentId").GetInt64());
        Assert.NotEqual(corps[0].Text("corpId"), corps[1].Text("corpId"));
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(Caller.Cancel));
    }

    [Theory]
    [InlineData("--nonsense", "1")]
    [InlineData("--people", "many")]
    [InlineData("--departments", "0")]
    [InlineData("--app", "middle-aged")]
    [InlineData("--urls", "https://example.com")]
    [InlineData("--people")]
    public async Task A_wrong_argument_ends_it_with_2_and_is_named(params string[] args)
    {
        using var process = Start(args);

        var error = await process.StandardError.ReadToEndAsync(Caller.Cancel);
        await process.WaitForExitAsync(Caller.Cancel);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains(args[0], error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_ends_it_with_1_and_says_so()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var process = Start("--urls", host.BaseUrl, "--people", "1");

        var error = await process.StandardError.ReadToEndAsync(Caller.Cancel);
        await process.WaitForExitAsync(Caller.Cancel);

        Assert.Equal(1, process.ExitCode);
        Assert.Equal($"Failed to bind to address {host.BaseUrl}: address already in use. Choose another --urls.", error.Trim());
    }

    private static Process Start(params string[] args) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "WeComSync.Simulator.dll"), .. args])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
