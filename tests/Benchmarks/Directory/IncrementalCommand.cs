using System.Globalization;

namespace WeComSync.Benchmarks.Directory;

/// <summary><c>incremental</c>: what an incremental sync without changes costs. Exit code 1 when a goal is missed, 2 for a wrong command line.</summary>
internal static class IncrementalCommand
{
    public const string Help = """
        incremental    measures the incremental sync of a company in which nothing changed, in a serving worker.

          --people N       100000
          --rounds N       3
          --worker FILE    a published worker (default: the one beside this program)
        """;

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var (people, rounds, worker) = (100_000, 3, IncrementalBenchmark.OwnWorker);
        try
        {
            for (var i = 0; i < args.Count; i++)
            {
                switch (args[i])
                {
                    case "--people": people = Number(args[++i]); break;
                    case "--rounds": rounds = Number(args[++i]); break;
                    case "--worker": worker = Path.GetFullPath(args[++i]); break;
                    default: throw new FormatException(Help);
                }
            }
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentOutOfRangeException)
        {
            await Console.Error.WriteLineAsync(Help);
            return 2;
        }

        var report = await new IncrementalBenchmark(people, rounds, worker, Console.WriteLine).RunAsync(CancellationToken.None);
        string[] missed = [.. report.MissedCounts(), .. report.MissedSpeed()];
        foreach (var goal in missed)
        {
            Console.WriteLine($"missed: {goal}");
        }

        return missed.Length == 0 ? 0 : 1;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
