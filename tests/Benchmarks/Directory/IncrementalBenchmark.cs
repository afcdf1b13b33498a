using System.Globalization;

namespace WeComSync.Benchmarks.Directory;

/// <summary>
/// What an incremental sync of a company costs in which nothing changed, ten minutes after the last. The floor is the same program with
/// a company of one person: its start, its connections and one call of each kind.
/// </summary>
internal sealed class IncrementalBenchmark(int people, int rounds, Action<string> say)
{
    private const int IdsPage = 10_000;

    /// <summary>Goal: processor time beyond the floor.</summary>
    private const double MostCpuSeconds = 1;

    private static readonly string[] IdCalls = ["department/simplelist", "user/list_id"];

    public async Task<IncrementalReport> RunAsync(CancellationToken ct)
    {
        await using var simulator = await SimulatorProcess.StartAsync(ct);
        var single = await simulator.AddCorpAsync(1, 1, 1, 0, 1, ct);
        var corp = await simulator.AddCorpAsync(people, people, Math.Max(10, people * 3 / 100), 50, people * 108 / 100, ct);
        await using var floorDatabase = await BenchmarkDatabase.CreateAsync(single, ct);
        await using var database = await BenchmarkDatabase.CreateAsync(corp, ct);
        await SyncAsync(simulator, floorDatabase, "full", ct);
        await SyncAsync(simulator, database, "full", ct);
        var floors = new List<double>();
        var runs = new List<IncrementalRun>();
        for (var round = 1; round <= rounds; round++)
        {
            await floorDatabase.AgeAsync(TimeSpan.FromMinutes(10), ct);
            floors.Add((await SyncAsync(simulator, floorDatabase, "incremental", ct)).CpuSeconds);
            await database.AgeAsync(TimeSpan.FromMinutes(10), ct);
            var before = await database.RowsWrittenAsync(ct);
            await simulator.ForgetCallsAsync(ct);
            var figures = await SyncAsync(simulator, database, "incremental", ct);
            var calls = await simulator.CallsAsync(corp, ct);
            var ids = calls.Where(c => IdCalls.Contains(c.Key)).Sum(c => c.Value);
            runs.Add(new IncrementalRun(
                figures.Seconds, figures.CpuSeconds, await database.RowsWrittenAsync(ct) - before, ids, calls.Values.Sum() - ids, calls));
            say(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {figures.Seconds:0.00} s, CPU {figures.CpuSeconds:0.00} s (floor {floors[^1]:0.00} s), {runs[^1].RowsWritten} rows written, {ids} calls for ids, {runs[^1].RefreshCalls} to refresh: {string.Join(", ", calls)}"));
        }

        var pages = (int)Math.Max(1, (await database.CountAsync("user_departments", ct) + IdsPage - 1) / IdsPage);
        return new IncrementalReport(people, 1 + pages, Spread.Of(floors).Median, runs, MostCpuSeconds);
    }

    private static Task<ProcessFigures> SyncAsync(SimulatorProcess simulator, BenchmarkDatabase database, string kind, CancellationToken ct) =>
        DirectoryBenchmark.RunWorkerAsync(simulator, database, kind, ct);
}

/// <summary>One incremental sync.</summary>
/// <param name="Seconds">Without the start of the process.</param>
/// <param name="CpuSeconds">Of the whole process.</param>
/// <param name="RowsWritten">In schema <c>mirror</c>.</param>
/// <param name="IdCalls">Calls that list ids.</param>
/// <param name="RefreshCalls">All others.</param>
/// <param name="Calls">By path.</param>
internal sealed record IncrementalRun(
    double Seconds, double CpuSeconds, long RowsWritten, int IdCalls, int RefreshCalls, IReadOnlyDictionary<string, int> Calls);

/// <summary>All runs, and the goals.</summary>
internal sealed record IncrementalReport(int People, int MostIdCalls, double FloorCpuSeconds, IReadOnlyList<IncrementalRun> Runs, double MostCpuSeconds)
{
    /// <summary>Five percent of what WeCom allows in an hour, for ten minutes.</summary>
    private const int MostRefreshCalls = 150_000 / 20 / 6;

    /// <summary>Goals of counts that were missed.</summary>
    public IEnumerable<string> MissedCounts()
    {
        foreach (var run in Runs)
        {
            if (run.RowsWritten != 0)
            {
                yield return $"{run.RowsWritten} rows written though nothing changed";
            }

            if (run.IdCalls > MostIdCalls || run.RefreshCalls > MostRefreshCalls)
            {
                yield return $"{run.IdCalls} calls for ids, more than {MostIdCalls}, or {run.RefreshCalls} to refresh, more than {MostRefreshCalls}";
            }
        }
    }

    /// <summary>The goal of processor time, if it was missed.</summary>
    public IEnumerable<string> MissedSpeed()
    {
        var beyond = Spread.Of(Runs.Select(r => r.CpuSeconds)).Median - FloorCpuSeconds;
        return beyond > MostCpuSeconds
            ? [string.Create(CultureInfo.InvariantCulture, $"{beyond:0.00} s of CPU beyond the floor, more than {MostCpuSeconds:0}")]
            : [];
    }
}
