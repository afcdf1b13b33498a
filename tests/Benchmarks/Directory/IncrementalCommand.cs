using System.Globalization;

namespace WeComSync.Benchmarks.Directory;

/// <summary><c>incremental [PEOPLE [ROUNDS]]</c>: what an incremental sync without changes costs. Exit code 1 when a goal is missed.</summary>
internal static class IncrementalCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        int Number(int index, int fallback) => args.Count > index ? int.Parse(args[index], NumberStyles.None, CultureInfo.InvariantCulture) : fallback;
        var report = await new IncrementalBenchmark(Number(0, 100_000), Number(1, 3), Console.WriteLine).RunAsync(CancellationToken.None);
        string[] missed = [.. report.MissedCounts(), .. report.MissedSpeed()];
        foreach (var goal in missed)
        {
            Console.WriteLine($"missed: {goal}");
        }

        return missed.Length == 0 ? 0 : 1;
    }
}
