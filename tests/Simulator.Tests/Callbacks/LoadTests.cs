using System.Diagnostics;
using System.Text.Json;
using WeComSync.Simulator.Callbacks;

namespace WeComSync.Simulator.Tests.Callbacks;

public sealed class LoadTests : IAsyncLifetime
{
    private const string CorpId = "ww0123456789abcdef";

    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task At_full_speed_every_event_is_sent_once_over_few_connections_and_only_200_counts()
    {
        var events = CallbackLoad.Prepare(_receiver.Target, CorpId, 200, "x", DateTimeOffset.UtcNow);
        _receiver.Answers = received => Task.FromResult((received.Text.Contains("x7]", StringComparison.Ordinal) ? 503 : 200, ""));

        var report = await new CallbackLoad { Connections = 4, Timeout = TimeSpan.FromSeconds(30) }.RunAsync(events, Caller.Cancel);

        Assert.Equal((200, 199), (report.Sent, report.Acknowledged));
        Assert.Equal([("200", 199), ("503", 1)], report.Statuses.Select(status => (status.Key, status.Value)).Order());
        Assert.Equal(events.Select(prepared => prepared.Digest).Order(), _receiver.Events.Select(received => received.Digest).Order());
        Assert.Equal(events.Select(prepared => prepared.Digest).Except(report.AcknowledgedDigests), [events[7].Digest]);
        Assert.InRange(_receiver.Events.Select(received => received.Connection).Distinct().Count(), 1, 4);
        Assert.True(0 < report.P50Ms && report.P50Ms <= report.P99Ms && report.P99Ms <= report.MaxMs);
    }

    [Fact]
    public async Task At_a_steady_rate_no_event_is_early()
    {
        var events = CallbackLoad.Prepare(_receiver.Target, CorpId, 20, "x", DateTimeOffset.UtcNow);
        var started = Stopwatch.GetTimestamp();

        var report = await new CallbackLoad { Rate = 100, Timeout = TimeSpan.FromSeconds(30) }.RunAsync(events, Caller.Cancel);

        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(185));
        Assert.Equal(20, report.Acknowledged);
    }

    [Fact]
    public async Task A_slow_receiver_is_late_for_all_who_had_to_wait_for_it()
    {
        var events = CallbackLoad.Prepare(_receiver.Target, CorpId, 5, "x", DateTimeOffset.UtcNow);
        var isFirst = true;
        _receiver.Answers = async _ =>
        {
            if (isFirst)
                await Task.Delay(200, Caller.Cancel);
            isFirst = false;
            return (200, "");
        };

        var report = await new CallbackLoad { Rate = 1000, Connections = 1, Timeout = TimeSpan.FromSeconds(30) }.RunAsync(events, Caller.Cancel);

        Assert.True(report.P50Ms > 150, $"{report}");
    }

    [Fact]
    public async Task Events_that_fail_are_tried_again_and_unfinished_time_ends_the_load()
    {
        var events = CallbackLoad.Prepare(_receiver.Target, CorpId, 3, "x", DateTimeOffset.UtcNow);
        _receiver.Answers = _ => Task.FromResult((500, ""));

        var failed = await new CallbackLoad { Tries = 3, Timeout = TimeSpan.FromSeconds(30) }.RunAsync(events, Caller.Cancel);
        var cut = await new CallbackLoad { Rate = 1, Duration = TimeSpan.FromMilliseconds(10), Tries = 3 }.RunAsync(events, Caller.Cancel);

        Assert.Equal((3, 0), (failed.Sent, failed.Acknowledged));
        Assert.Equal(1, cut.Sent);
        Assert.Equal(12, _receiver.Events.Count);
    }

    [Fact]
    public async Task As_a_process_it_prints_one_object_and_writes_the_digests()
    {
        var file = Path.GetTempFileName();
        using var process = SimulatorProcess.Start(
            "load", "--url", _receiver.Target.Url, "--token", Receiver.Token, "--aes-key", Receiver.Key, "--corp", CorpId,
            "--rate", "50", "--seconds", "30", "--count", "10", "--digests", file);

        var output = await process.StandardOutput.ReadToEndAsync(Caller.Cancel);
        await process.WaitForExitAsync(Caller.Cancel);

        Assert.Equal("", await process.StandardError.ReadToEndAsync(Caller.Cancel));
        using var report = JsonDocument.Parse(output);
        Assert.Equal((10, 10), (report.RootElement.GetProperty("sent").GetInt32(), report.RootElement.GetProperty("acknowledged").GetInt32()));
        Assert.All(["p50Ms", "p99Ms", "maxMs"], name => Assert.True(report.RootElement.GetProperty(name).GetDouble() > 0));
        Assert.Equal(_receiver.Events.Select(received => received.Digest).Order(), (await File.ReadAllLinesAsync(file, Caller.Cancel)).Order());
        File.Delete(file);
    }
}
