using System.Globalization;

namespace WeComSync.Benchmarks.Callbacks;

/// <summary>The command line of <c>callbacks</c>.</summary>
internal sealed record CallbackBenchmarkOptions
{
    public const string Help = """
        callbacks    measures the callback host and the application of events. Needs WECOMSYNC_TEST_POSTGRES.

          --host FILE        the published WeComSync.Callbacks.dll (the one of this build; only a published one starts as fast as it can)
          --rounds N         each with a fresh database (3)
          --seconds N        of each load at full rate, of which a round has four for each host (3)
          --connections N    of the load, one request at a time each (64)
          --lag-seconds N    how long 50 events a second are followed into the mirror (20)
          --backlog N        events that wait when the worker starts (100000)
          --people N         in the company that they are about (10000)
          --check            exit code 1 when a goal is missed
        """;

    public string Host { get; init; } = "WeComSync.Callbacks.dll";

    public int Rounds { get; init; } = 3;

    public int Seconds { get; init; } = 3;

    public int Connections { get; init; } = 64;

    public int LagSeconds { get; init; } = 20;

    public int Backlog { get; init; } = 100_000;

    public int People { get; init; } = 10_000;

    public bool Check { get; init; }

    /// <exception cref="FormatException">Says which argument is wrong.</exception>
    public static CallbackBenchmarkOptions Parse(IReadOnlyList<string> args)
    {
        var options = new CallbackBenchmarkOptions();
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            string Value() => ++i < args.Count ? args[i] : throw new FormatException($"{name} needs a value.");
            int Number() => int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
                ? n
                : throw new FormatException($"{name} must be a number above 0.");
            options = name switch
            {
                "--host" => options with { Host = Path.GetFullPath(Value()) },
                "--rounds" => options with { Rounds = Number() },
                "--seconds" => options with { Seconds = Number() },
                "--connections" => options with { Connections = Number() },
                "--lag-seconds" => options with { LagSeconds = Number() },
                "--backlog" => options with { Backlog = Number() },
                "--people" => options with { People = Number() },
                "--check" => options with { Check = true },
                _ => throw new FormatException($"{name} is not known.{Environment.NewLine}{Help}"),
            };
        }

        return options;
    }
}
