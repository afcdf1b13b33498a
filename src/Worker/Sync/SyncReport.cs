using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Sync;

/// <summary>How a run ended, for the command line, the log and the run's row.</summary>
internal sealed record SyncReport
{
    /// <summary>0 if no run was opened.</summary>
    public required long RunId { get; init; }

    public required RunState State { get; init; }

    public TimeSpan Duration { get; init; }

    public bool DryRun { get; init; }

    /// <summary>By entity, in the order in which they were merged.</summary>
    public IReadOnlyDictionary<string, KindCounts> Counts { get; init; } = new Dictionary<string, KindCounts>();

    public IReadOnlyList<RowError> Errors { get; init; } = [];

    public int ApiCalls { get; init; }

    public string? Error { get; init; }

    /// <summary>What a person must do, if anything.</summary>
    public string? Action { get; init; }

    /// <summary>What a person may want to know though nothing failed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What nothing had told before this run found it; null for a company's first run.</summary>
    public IReadOnlyDictionary<string, KindDrift>? Drift { get; init; }

    /// <summary>Which personal fields WeCom returns to this tenant.</summary>
    public IReadOnlyList<GrantedField> Fields { get; init; } = [];

    /// <summary>What was done for a single object, step by step.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>What a dry run would change, or what a sync of one object changed.</summary>
    public IReadOnlyCollection<PlannedChange> Planned { get; init; } = [];

    /// <summary>The check of customers that an incremental sync ends with; null if there is nothing to check, or others are at it.</summary>
    public SyncReport? Customers { get; init; }

    public KindCounts Total => Sum(Counts);

    public static KindCounts Sum(IReadOnlyDictionary<string, KindCounts> counts) => counts.Values.Aggregate(new KindCounts(), (sum, kind) => sum + kind);
}
