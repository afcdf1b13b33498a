namespace WeComSync.Benchmarks.Directory;

/// <summary>What the mirror was before a run.</summary>
internal enum Scenario
{
    /// <summary>Empty: everybody is new.</summary>
    First,

    /// <summary>What WeCom says now.</summary>
    Unchanged,

    /// <summary>What WeCom said before one person in a hundred changed.</summary>
    OnePercent,
}

/// <summary>One run of one program.</summary>
/// <param name="Program">Name of the program.</param>
/// <param name="Scenario">What was there before.</param>
/// <param name="Round">From 1.</param>
/// <param name="Seconds">Without the start of the process.</param>
/// <param name="WholeSeconds">With it.</param>
/// <param name="CpuSeconds">Processor time of the process, without PostgreSQL's and the simulator's.</param>
/// <param name="PeakMegabytes">Of the process.</param>
/// <param name="RowsWritten">In schema <c>mirror</c>.</param>
/// <param name="Calls">To WeCom, by path.</param>
/// <param name="SurplusCalls">Above the planned minimum.</param>
internal sealed record Measurement(
    string Program, Scenario Scenario, int Round, double Seconds, double WholeSeconds, double CpuSeconds, double PeakMegabytes, long RowsWritten,
    IReadOnlyDictionary<string, int> Calls, int SurplusCalls);

/// <summary>The worker's peak memory with a company of some size, first and second run.</summary>
internal sealed record MemoryFigure(int People, double FirstMegabytes, double UnchangedMegabytes);

/// <summary>SQL statements of one sync, its heartbeat aside.</summary>
internal sealed record StatementFigure(int People, Scenario Scenario, int Statements);
