using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Sync;

/// <summary>What is asked of a sync.</summary>
internal sealed record SyncRequest
{
    public required SyncTrigger Trigger { get; init; }

    /// <summary>Compare only; write nothing into the mirror.</summary>
    public bool DryRun { get; init; }

    /// <summary>The run whose held removals are approved; 0 for none.</summary>
    public long ApprovedRun { get; init; }

    /// <summary>Called once with the run's live row, for a progress bar.</summary>
    public Action<SyncRun>? Started { get; init; }
}
