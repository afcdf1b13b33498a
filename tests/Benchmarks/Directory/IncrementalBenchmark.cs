using System.Globalization;

namespace WeComSync.Benchmarks.Directory;

/// <summary>
/// What an incremental sync of a company costs a serving worker in which nothing changed, ten minutes after the last. The floor is the same
/// program with a company of one person: its queue, its connections and one call of each kind.
/// </summary>
internal sealed class IncrementalBenchmark(int people, int rounds, string worker, Action<string> say)
{
    /// <summary>The worker that lies beside this program.</summary>
    public const string OwnWorker = "WeComSync.Worker.dll";

    private const int IdsPage = 10_000;

    /// <summary>A worker serves for months; these runs compile what the measured ones use.</summary>
    private const int Warming = 3;

    /// <summary>Goal: processor time beyond the floor.</summary>
    private const double MostCpuSeconds = 1;

    private static readonly string[] IdCalls = ["department/simplelist", "user/list_id"];

    public async Task<IncrementalReport> RunAsync(CancellationToken ct)
    {
        await using var simulator = await SimulatorProcess.StartAsync(ct);
        await using var single = await ServedCompany.StartAsync(simulator, await simulator.AddCorpAsync(1, 1, 1, 0, 1, ct), worker, ct);
        var corp = await simulator.AddCorpAsync(people, people, Math.Max(10, people * 3 / 100), 50, people * 108 / 100, ct);
        await using var company = await ServedCompany.StartAsync(simulator, corp, worker, ct);
        var pages = (int)Math.Max(1, (await company.Database.CountAsync("user_departments", ct) + IdsPage - 1) / IdsPage);
        var floors = new List<double>();
        var runs = new List<IncrementalRun>();
        for (var round = 1 - Warming; round <= rounds; round++)
        {
            var floor = await single.SyncAsync(ct);
            var run = await company.SyncAsync(ct);
            var ids = run.Calls.Where(c => IdCalls.Contains(c.Key)).Sum(c => c.Value);
            say(string.Create(
                CultureInfo.InvariantCulture,
                $"{(round > 0 ? $"round {round}" : "warming")}: {run.Seconds:0.00} s, CPU {run.CpuSeconds:0.00} s (floor {floor.CpuSeconds:0.00} s), {ids} calls for ids, {run.Calls.Values.Sum() - ids} to refresh"));
            if (round > 0)
            {
                floors.Add(floor.CpuSeconds);
                runs.Add(new IncrementalRun(run.CpuSeconds, ids, run.Calls.Values.Sum() - ids));
            }
        }

        // A session reports at its end what it wrote: the full sync's is known before the worker began.
        await company.StopAsync();
        var written = await company.Database.RowsWrittenAsync(ct) - company.RowsMirrored;
        say(string.Create(CultureInfo.InvariantCulture, $"{written} rows written"));
        return new IncrementalReport(1 + pages, Spread.Of(floors).Median, written, runs, MostCpuSeconds);
    }
}

/// <summary>One incremental sync.</summary>
/// <param name="CpuSeconds">Of the worker, from the order to the end.</param>
/// <param name="IdCalls">Calls that list ids.</param>
/// <param name="RefreshCalls">All others.</param>
internal sealed record IncrementalRun(double CpuSeconds, int IdCalls, int RefreshCalls);

/// <summary>All runs, and the goals.</summary>
internal sealed record IncrementalReport(int MostIdCalls, double FloorCpuSeconds, long RowsWritten, IReadOnlyList<IncrementalRun> Runs, double MostCpuSeconds)
{
    /// <summary>Five percent of what WeCom allows in an hour, for ten minutes.</summary>
    private const int MostRefreshCalls = 150_000 / 20 / 6;

    /// <summary>Goals of counts that were missed.</summary>
    public IEnumerable<string> MissedCounts()
    {
        if (RowsWritten != 0)
        {
            yield return $"{RowsWritten} rows written though nothing changed";
        }

        foreach (var run in Runs.Where(r => r.IdCalls > MostIdCalls || r.RefreshCalls > MostRefreshCalls))
        {
            yield return $"{run.IdCalls} calls for ids, more than {MostIdCalls}, or {run.RefreshCalls} to refresh, more than {MostRefreshCalls}";
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
