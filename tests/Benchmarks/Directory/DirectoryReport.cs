using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WeComSync.Benchmarks.Directory;

/// <summary>All figures of one benchmark, and the goals that they are held against.</summary>
internal sealed record DirectoryReport(
    DirectoryOptions Options, IReadOnlyList<Measurement> Measurements, IReadOnlyList<MemoryFigure> Memory, IReadOnlyList<StatementFigure> Statements)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly Dictionary<Scenario, double> MostTimesFloor = new()
    {
        [Scenario.First] = 1.6,
        [Scenario.Unchanged] = 1.5,
        [Scenario.OnePercent] = 1.6,
    };

    /// <summary>A kind of which nothing changed needs fewer statements; with ten times the people this is the most that can be.</summary>
    private const int Conditional = 12;

    /// <summary>Goals of time and memory that were missed.</summary>
    public IEnumerable<string> MissedSpeed()
    {
        foreach (var (scenario, most) in MostTimesFloor)
        {
            var ratio = Ratios(DirectoryBenchmark.Worker, scenario).Median;
            if (ratio > most)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{scenario}: {ratio:0.00} times the floor, more than {most:0.0}");
            }
        }

        foreach (var (people, megabytes) in Peaks())
        {
            var most = people <= 100_000 ? 300 : 350;
            if (megabytes > most)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{megabytes:0} MB with {people} people, more than {most}");
            }
        }
    }

    /// <summary>Goals of counts that were missed.</summary>
    public IEnumerable<string> MissedCounts()
    {
        foreach (var run in Measurements.Where(m => m.Program == DirectoryBenchmark.Worker))
        {
            if (run.Scenario == Scenario.Unchanged && run.RowsWritten != 0)
            {
                yield return $"round {run.Round}: {run.RowsWritten} rows written though nothing changed";
            }

            if (run.SurplusCalls != 0)
            {
                yield return $"round {run.Round}, {run.Scenario}: {run.SurplusCalls} calls beside the plan ({string.Join(", ", run.Calls)})";
            }
        }

        foreach (var sizes in Statements.GroupBy(s => s.Scenario).Where(sizes => sizes.Max(s => s.Statements) - sizes.Min(s => s.Statements) > Conditional))
        {
            yield return $"{sizes.Key}: the statements grow with the people: {string.Join(", ", sizes.Select(s => $"{s.Statements} with {s.People}"))}";
        }
    }

    public string ToJson() => JsonSerializer.Serialize(new { figures = this, missed = MissedSpeed().Concat(MissedCounts()) }, Json);

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{Options.People} people, {Options.Departments} departments, about {Options.Memberships} memberships, {Options.Tags} tags, {Options.Rounds} rounds");
        text.AppendLine("program    run         seconds min/med/max   times floor min/med/max   with start   CPU s   peak MB   rows written   calls (surplus)");
        foreach (var runs in Measurements.GroupBy(m => (m.Program, m.Scenario)).OrderBy(g => g.Key.Scenario).ThenBy(g => g.Key.Program))
        {
            var ratios = Ratios(runs.Key.Program, runs.Key.Scenario);
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{runs.Key.Program,-10} {runs.Key.Scenario,-11} {Spread.Of(runs.Select(r => r.Seconds)),-21} {ratios,-25} {Spread.Of(runs.Select(r => r.WholeSeconds)).Median,10:0.00} {Spread.Of(runs.Select(r => r.CpuSeconds)).Median,7:0.00} {runs.Max(r => r.PeakMegabytes),9:0} {runs.Max(r => r.RowsWritten),14} {runs.Max(r => r.Calls.Values.Sum()),7} ({runs.Max(r => r.SurplusCalls)})");
        }

        foreach (var sizes in Statements.GroupBy(s => s.Scenario))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"SQL statements, {sizes.Key}: {string.Join(", ", sizes.Select(s => $"{s.Statements} with {s.People} people"))}");
        }

        foreach (var figure in Memory)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"peak memory with {figure.People} people: {figure.FirstMegabytes:0} MB first run, {figure.UnchangedMegabytes:0} MB unchanged");
        }

        return text.ToString();
    }

    private IEnumerable<(int People, double Megabytes)> Peaks() =>
        Measurements.Where(m => m.Program == DirectoryBenchmark.Worker).Select(m => (Options.People, m.PeakMegabytes))
            .Concat(Memory.Select(m => (m.People, Math.Max(m.FirstMegabytes, m.UnchangedMegabytes))))
            .GroupBy(p => p.Item1, (people, peaks) => (people, peaks.Max(p => p.Item2)));

    /// <summary>The program's time over the floor's of the same round.</summary>
    private Spread Ratios(string program, Scenario scenario) => Spread.Of(
        from run in Measurements
        where run.Program == program && run.Scenario == scenario
        join floor in Measurements.Where(m => m.Program == FloorProgram.Name && m.Scenario == scenario) on run.Round equals floor.Round
        select run.Seconds / floor.Seconds);
}
