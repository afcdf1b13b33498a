using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using WeComSync.Simulator.Tests.Callbacks;

namespace WeComSync.Simulator.Tests;

public sealed class ProcessTests
{
    [Fact]
    public async Task As_a_process_it_prints_one_line_of_json_serves_and_ends_cleanly_on_sigterm()
    {
        using var process = SimulatorProcess.Start("--seed", "5", "--people", "12", "--departments", "4", "--corps", "2", "--app", "old", "--max-users", "5");
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
    [InlineData("--customers", "-1")]
    [InlineData("--developer-id", "maybe")]
    [InlineData("--callback-token", "x")]
    public async Task A_wrong_argument_ends_it_with_2_and_is_named(params string[] args)
    {
        using var process = SimulatorProcess.Start(args);

        var error = await process.StandardError.ReadToEndAsync(Caller.Cancel);
        await process.WaitForExitAsync(Caller.Cancel);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains(args[0], error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_can_ask_for_customers()
    {
        using var process = SimulatorProcess.Start(
            "--people", "20", "--customers", "70", "--follow-users", "9", "--corp-tag-groups", "3", "--group-chats", "2", "--customers-secret", "yes",
            "--developer-id", "unbound");
        using var line = JsonDocument.Parse((await process.StandardOutput.ReadLineAsync(Caller.Cancel))!);
        var corp = line.RootElement.GetProperty("corps")[0];
        using var http = new HttpClient { BaseAddress = new Uri(line.RootElement.Text("baseUrl")) };
        using var truth = JsonDocument.Parse(await http.GetStringAsync($"/_control/corps/{corp.Text("corpId")}/truth/customers", Caller.Cancel));
        process.Kill();

        Assert.Equal((100, 43), (corp.GetProperty("relations").GetInt32(), corp.Text("customersSecret").Length));
        Assert.Equal((100, 3, 2, 9), (Count("follow_user"), Count("tag_group"), Count("group_chat"), Count("service_userid")));
        Assert.DoesNotContain(truth.RootElement.GetProperty("external_contact").EnumerateArray(), contact => contact.Has("unionid"));

        int Count(string list) => truth.RootElement.GetProperty(list).GetArrayLength();
    }

    [Fact]
    public async Task A_load_without_all_that_it_needs_ends_with_2_and_says_what_is_missing()
    {
        using var process = SimulatorProcess.Start("load", "--url", "http://127.0.0.1:9/", "--token", "x");

        var error = await process.StandardError.ReadToEndAsync(Caller.Cancel);
        await process.WaitForExitAsync(Caller.Cancel);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("--aes-key is needed", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_can_name_the_event_server_and_what_happens_is_sent_there()
    {
        await using var receiver = await Receiver.StartAsync();
        using var process = SimulatorProcess.Start(
            "--people", "1", "--callback-url", receiver.Target.Url, "--callback-token", Receiver.Token, "--callback-aes-key", Receiver.Key,
            "--callback-form", "full");
        using var line = JsonDocument.Parse((await process.StandardOutput.ReadLineAsync(Caller.Cancel))!);
        using var http = new HttpClient { BaseAddress = new Uri(line.RootElement.Text("baseUrl")) };
        var corpId = line.RootElement.GetProperty("corps")[0].Text("corpId");

        using var content = new StringContent("""{"userId":"new","name":"新人"}""", System.Text.Encoding.UTF8, "application/json");
        using var hired = await http.PostAsync($"/_control/corps/{corpId}/people", content, Caller.Cancel);
        await Until.TrueAsync(() => receiver.Events.Count > 0);
        process.Kill();

        Assert.Equal(("新人", corpId), (receiver.Events[0].Field("Name"), receiver.Events[0].ReceiveId));
        Assert.Empty(receiver.Checks);
    }

    [Fact]
    public async Task A_taken_port_ends_it_with_1_and_says_so()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var process = SimulatorProcess.Start("--urls", host.BaseUrl, "--people", "1");

        var error = await process.StandardError.ReadToEndAsync(Caller.Cancel);
        await process.WaitForExitAsync(Caller.Cancel);

        Assert.Equal(1, process.ExitCode);
        Assert.Equal($"Failed to bind to address {host.BaseUrl}: address already in use. Choose another --urls.", error.Trim());
    }
}
