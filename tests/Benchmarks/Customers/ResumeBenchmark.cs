using System.Globalization;
using WeComSync.Benchmarks.Directory;

namespace WeComSync.Benchmarks.Customers;

/// <summary>Kills a first pull of sales staff with very many customers again and again, and counts the calls that were made twice.</summary>
/// <param name="members">Who have customers.</param>
/// <param name="customers">How many.</param>
/// <param name="relations">Pairs of the two.</param>
internal sealed class ResumeBenchmark(int members, int customers, int relations)
{
    /// <summary>More calls than the fewest, at most, but for those that a kill costs.</summary>
    private const double MostCalls = 1.02;

    /// <summary>Share of the pull that one kill may cost.</summary>
    private const double MostLost = 0.03;

    private const int FewestLost = 50;

    private static readonly double[] KilledAt = [0.01, 0.1, 0.35, 0.6, 0.9];

    public const string Help = """
        resume [MEMBERS CUSTOMERS RELATIONS]    kills a pull of customers five times and lets it go on: how many calls are made twice
                                                (1000 2000000 3000000). Exit code 1 when a goal is missed.
        """;

    /// <returns>0; 1 when a goal is missed; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        if (CustomerBenchmark.Sizes(args, [1000, 2_000_000, 3_000_000]) is not [var members, var customers, var relations])
        {
            await Console.Error.WriteLineAsync(Help);
            return 2;
        }

        return await new ResumeBenchmark(members, customers, relations).MeasureAsync(CancellationToken.None) ? 0 : 1;
    }

    private async Task<bool> MeasureAsync(CancellationToken ct)
    {
        await using var simulator = await SimulatorProcess.StartAsync(ct);
        var corp = await simulator.AddCustomersAsync(members, customers, relations, ct);
        await using var database = await BenchmarkDatabase.CreateAsync(corp, ct);
        await simulator.ForgetCallsAsync(ct);
        var fewest = PullProcess.FewestCalls(members, relations);
        foreach (var share in KilledAt)
        {
            await PullProcess.KillAsync(simulator, corp, database, (int)(share * fewest), ct);
        }

        var last = await PullProcess.RunAsync(simulator, database, ct);
        var calls = await PullProcess.CallsAsync(simulator, corp, ct);
        var mirrored = await database.CountAsync("follows", ct);
        var most = (fewest * MostCalls) + (KilledAt.Length * Math.Max(FewestLost, MostLost * fewest));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"killed {KilledAt.Length} times: {calls} calls, fewest without a kill {fewest}, at most {most:0}; {mirrored} relations mirrored; last run {last.Seconds:0.0} s, peak {last.PeakMegabytes:0} MB"));
        string[] missed = [.. calls > most ? ["calls"] : Array.Empty<string>(), .. mirrored != relations ? ["relations"] : Array.Empty<string>()];
        foreach (var goal in missed)
        {
            Console.WriteLine($"missed: {goal}");
        }

        return missed.Length == 0;
    }
}
