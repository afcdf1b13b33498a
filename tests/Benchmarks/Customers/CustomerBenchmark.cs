using System.Globalization;
using WeComSync.Benchmarks.Directory;
using WeComSync.Domain.Runs;

namespace WeComSync.Benchmarks.Customers;

/// <summary>Measures pulls of customers against the floor program, on databases of their own and one simulated company.</summary>
/// <param name="members">Who have customers.</param>
/// <param name="customers">How many.</param>
/// <param name="relations">Pairs of the two.</param>
internal sealed class CustomerBenchmark(int members, int customers, int relations)
{
    /// <summary>More calls than the fewest, at most.</summary>
    private const double MostCalls = 1.02;

    /// <summary>Times the floor's time, at most.</summary>
    private const double MostTime = 1.4;

    private const double MostMegabytes = 350;

    public const string Help = """
        customers [MEMBERS CUSTOMERS RELATIONS]    measures a pull of customers against a floor program, and a second one without changes
                                                   (2000 700000 1000000). Exit code 1 when a goal is missed.
        """;

    /// <returns>0; 1 when a goal is missed; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        if (Sizes(args, [2000, 700_000, 1_000_000]) is not [var members, var customers, var relations])
        {
            await Console.Error.WriteLineAsync(Help);
            return 2;
        }

        return await new CustomerBenchmark(members, customers, relations).MeasureAsync(CancellationToken.None) ? 0 : 1;
    }

    /// <summary>Numbers of members, customers and relations from a command line.</summary>
    /// <returns>None if it is wrong.</returns>
    public static int[] Sizes(IReadOnlyList<string> args, int[] usual)
    {
        try
        {
            return args.Count == 0 ? usual : [.. args.Select(a => int.Parse(a, NumberStyles.None, CultureInfo.InvariantCulture))];
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private async Task<bool> MeasureAsync(CancellationToken ct)
    {
        await using var simulator = await SimulatorProcess.StartAsync(ct);
        var corp = await simulator.AddCustomersAsync(members, customers, relations, ct);
        await using var floorDatabase = await BenchmarkDatabase.CreateAsync(corp, ct);
        await simulator.ForgetCallsAsync(ct);
        var floor = await RunFloorAsync(simulator, corp, floorDatabase, ct);
        Say("| | API calls | SQL statements | seconds | CPU s | peak MB |");
        Say("| --- | ---: | ---: | ---: | ---: | ---: |");
        Row("floor program", await PullProcess.CallsAsync(simulator, corp, ct), null, floor);
        await floorDatabase.DisposeAsync();

        await using var database = await BenchmarkDatabase.CreateAsync(corp, ct);
        await simulator.ForgetCallsAsync(ct);
        var first = await PullProcess.RunAsync(simulator, database, ct);
        var calls = await PullProcess.CallsAsync(simulator, corp, ct);
        Row("first pull", calls, null, first);
        var written = await database.RowsWrittenAsync(ct);
        await simulator.ForgetCallsAsync(ct);
        var second = await PullProcess.RunAsync(simulator, database, ct);
        var rewritten = await database.RowsWrittenAsync(ct) - written;
        var again = await PullProcess.CallsAsync(simulator, corp, ct);
        Row("second pull, unchanged", again, await StatementCount.RunAsync(database, simulator.BaseUrl, SyncKind.Customers, ct), second);
        // As their algorithm has it: list for each member, get for each of his customers, then a select and a write for each row.
        Row("row by row (computed)", members + relations, 2L * (relations + customers), null);

        var fewest = PullProcess.FewestCalls(members, relations);
        Say($"fewest calls {fewest}; rows written by the second pull {rewritten}");
        string[] missed =
        [
            .. calls > fewest * MostCalls ? ["calls"] : Array.Empty<string>(),
            .. first.Seconds > floor.Seconds * MostTime ? ["time"] : Array.Empty<string>(),
            .. Math.Max(first.PeakMegabytes, second.PeakMegabytes) > MostMegabytes ? ["memory"] : Array.Empty<string>(),
            .. rewritten > 0 ? ["rows of an unchanged pull"] : Array.Empty<string>(),
        ];
        foreach (var goal in missed)
        {
            Console.WriteLine($"missed: {goal}");
        }

        return missed.Length == 0;
    }

    private static void Say(string line) => Console.WriteLine(line);

    private static void Row(string what, long calls, long? statements, ProcessFigures? figures) => Say(string.Create(
        CultureInfo.InvariantCulture,
        $"| {what} | {calls} | {statements?.ToString(CultureInfo.InvariantCulture) ?? "-"} | {figures?.Seconds:0.0} | {figures?.CpuSeconds:0.0} | {figures?.PeakMegabytes:0} |"));

    private static Task<ProcessFigures> RunFloorAsync(SimulatorProcess simulator, SimulatedCorp corp, BenchmarkDatabase database, CancellationToken ct) =>
        MeasuredProcess.RunAsync(
            "WeComSync.Benchmarks.dll", [CustomerFloor.Name],
            [new DirectorySource(simulator.BaseUrl, corp.CorpId, corp.AgentId, corp.AppSecret, corp.ContactsSecret, database.ConnectionString).AsVariable()], ct);
}
