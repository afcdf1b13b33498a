using System.Text.Json;
using WeComSync.Simulator.Control;

namespace WeComSync.Simulator.Callbacks;

/// <summary>The load as a process of its own, so that it and the receiver are measured apart.</summary>
internal static class LoadCommand
{
    public const string Name = "load";

    public const string Help = """
        Posts encrypted events to an event server and prints one JSON object: sent, acknowledged, statuses, seconds, perSecond,
        p50Ms, p90Ms, p99Ms, maxMs.

          load --url URL --token T --aes-key K --corp CORPID
          --rate N                events per second; 0 as fast as they are answered (0)
          --seconds N             no event is begun later (10)
          --count N               how many are prepared (rate × seconds, or 10000)
          --connections N         kept alive, one request at a time each (16)
          --tries N               of each event (1)
          --warm-up N             of the prepared events are sent first and not counted (0)
          --prefix TEXT           begins the userids of the made-up people (load and the time)
          --envelope xml|json     (xml)
          --digests FILE          writes the SHA-256 of each acknowledged text to it, one a line
        """;

    private static readonly string[] Known =
        ["url", "token", "aes-key", "corp", "rate", "seconds", "count", "connections", "tries", "warm-up", "prefix", "envelope", "digests"];

    /// <exception cref="FormatException">Says which argument is wrong.</exception>
    public static async Task RunAsync(string[] args, CancellationToken ct)
    {
        var given = Arguments.Parse(args, Known);
        var target = given.Target("url", "token", "aes-key", isXml: given.Choice("envelope", "xml", "json"))
            ?? throw new FormatException("--url, --token and --aes-key are needed.");
        var corpId = given.Text("corp") ?? throw new FormatException("--corp is needed.");
        var rate = given.Number("rate", 0);
        var seconds = given.Number("seconds", 10, least: 1);
        var now = DateTimeOffset.UtcNow;
        var events = CallbackLoad.Prepare(
            target,
            corpId,
            given.Number("count", rate == 0 ? 10_000 : rate * seconds, least: 1),
            given.Text("prefix") ?? $"load{now.ToUnixTimeMilliseconds():x}-",
            now);
        var load = new CallbackLoad
        {
            Rate = rate,
            Duration = TimeSpan.FromSeconds(seconds),
            Connections = given.Number("connections", 16, least: 1),
            Tries = given.Number("tries", 1, least: 1),
            WarmUp = given.Number("warm-up", 0),
        };
        var report = await load.RunAsync(events, ct);
        if (given.Text("digests") is { } file)
            await File.WriteAllLinesAsync(file, report.AcknowledgedDigests, ct);
        Console.WriteLine(JsonSerializer.Serialize(report, ControlJson.Options));
    }
}
