using System.Globalization;
using System.Text;

namespace WeComSync.Benchmarks.Callbacks;

/// <summary>All figures of one benchmark, and the goals that they are held against.</summary>
internal sealed class CallbackReport(CallbackBenchmarkOptions options)
{
    private const double LeastOfEmptyHost = 0.25;
    private const double LeastTimesEnqueue = 12;
    private const double LeastTimesJobPerEvent = 20;
    private const double MostP99Ms = 25;
    private const double MostLagP50Ms = 300;
    private const double MostLagP99Ms = 1500;
    private const double MostStartSeconds = 1.5;
    private const double MostIdleMegabytes = 110;
    private const double MostLoadedMegabytes = 160;

    /// <summary>One for each round.</summary>
    public List<AcceptFigures> Accepted { get; } = [];

    /// <summary>Milliseconds from a change in the company to its row in the mirror.</summary>
    public IReadOnlyList<double> LagMs { get; set; } = [];

    public DrainFigures? Drain { get; set; }

    public IEnumerable<string> Missed()
    {
        foreach (var (what, figure, goal, atLeast) in Goals())
        {
            if (atLeast ? figure < goal : figure > goal)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{what}: {figure:0.00}, {(atLeast ? "less" : "more")} than {goal}");
            }
        }
    }

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{options.Rounds} rounds, {options.Connections} connections, PostgreSQL and load on the same machine; min / median / max");
        Line("empty host, requests per s", a => a.EmptyPerSecond);
        Line("bare multi-row INSERT, rows per s", a => a.InsertPerSecond);
        Line("one Enqueue per request, per s", a => a.EnqueuePerSecond);
        Line("WeComSync, accepted events per s", a => a.PerSecond);
        Line("  share of the empty host", a => a.PerSecond / a.EmptyPerSecond);
        Line("  times one Enqueue per request", a => a.PerSecond / a.EnqueuePerSecond);
        Line("  p99 at half of that rate, ms", a => a.HalfRateP99Ms);
        Line("start until ready, s", a => a.StartSeconds);
        Line("resident memory idle, MB", a => a.IdleMegabytes);
        Line("resident memory under full load, MB", a => a.LoadedMegabytes);
        text.AppendLine(CultureInfo.InvariantCulture,
            $"change to mirror at 50 per s, {LagMs.Count} changes: p50 {At(0.5):0} ms, p99 {At(0.99):0} ms, max {At(1):0} ms");
        if (Drain is { } drain)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"backlog of {drain.Events} events about {options.People} people: {drain.Seconds:0.0} s, {drain.PerSecond:0} per s; one job per event: {drain.JobsPerSecond:0} per s; {drain.PerSecond / drain.JobsPerSecond:0.0} times");
        }

        return text.ToString();

        void Line(string what, Func<AcceptFigures, double> figure) =>
            text.AppendLine(CultureInfo.InvariantCulture, $"{what,-40} {Spread.Of(Accepted.Select(figure))}");
    }

    private IEnumerable<(string What, double Figure, double Goal, bool AtLeast)> Goals()
    {
        yield return ("share of the empty host", Median(a => a.PerSecond / a.EmptyPerSecond), LeastOfEmptyHost, true);
        yield return ("times one Enqueue per request", Median(a => a.PerSecond / a.EnqueuePerSecond), LeastTimesEnqueue, true);
        yield return ("p99 at half rate, ms", Median(a => a.HalfRateP99Ms), MostP99Ms, false);
        yield return ("start until ready, s", Median(a => a.StartSeconds), MostStartSeconds, false);
        yield return ("memory idle, MB", Median(a => a.IdleMegabytes), MostIdleMegabytes, false);
        yield return ("memory under load, MB", Accepted.Max(a => a.LoadedMegabytes), MostLoadedMegabytes, false);
        yield return ("lag p50, ms", At(0.5), MostLagP50Ms, false);
        yield return ("lag p99, ms", At(0.99), MostLagP99Ms, false);
        if (Drain is { } drain)
        {
            yield return ("backlog, times one job per event", drain.PerSecond / drain.JobsPerSecond, LeastTimesJobPerEvent, true);
        }
    }

    private double Median(Func<AcceptFigures, double> figure) => Spread.Of(Accepted.Select(figure)).Median;

    private double At(double share)
    {
        double[] sorted = [.. LagMs.Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}

/// <summary>One round of accepting.</summary>
internal sealed record AcceptFigures(
    double EmptyPerSecond, double InsertPerSecond, double EnqueuePerSecond, double PerSecond, double HalfRateP99Ms, double StartSeconds,
    double IdleMegabytes, double LoadedMegabytes);

/// <summary>What became of a backlog, and how fast one job per event would have been.</summary>
internal sealed record DrainFigures(int Events, double Seconds, double JobsPerSecond)
{
    public double PerSecond => Events / Seconds;
}
