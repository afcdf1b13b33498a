namespace WeComSync.Domain.Runs;

/// <summary>One sync of one tenant, from its start to its end, as operators see it.</summary>
/// <remarks>At most one run per tenant and <see cref="Part"/> is <see cref="RunState.Running"/>: a unique index says so.</remarks>
public sealed class SyncRun
{
    public long TenantId { get; init; }

    /// <summary>Unique over all tenants, so that it can be typed on a command line.</summary>
    public long Id { get; init; }

    public SyncKind Kind { get; init; }

    /// <summary>The part of the mirror that the run writes.</summary>
    public MirrorPart Part { get; init; }

    public SyncTrigger Trigger { get; init; }

    public RunState State { get; set; } = RunState.Running;

    /// <summary>What the run is doing or did last: <c>ids</c>, <c>details</c>, <c>tags</c>, <c>merge</c>.</summary>
    public string Phase { get; set; } = "start";

    /// <summary>Host and process that carry the run.</summary>
    public required string Owner { get; init; }

    /// <summary>Grows with each run of the tenant and part; a merge with an older number is refused.</summary>
    public long Fence { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Set again every few seconds. A running run whose heartbeat is old is dead and is taken over.</summary>
    public DateTimeOffset HeartbeatAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public bool DryRun { get; init; }

    /// <summary>People (or members) in the tenant's mirror or id list, for the progress bar; 0 while unknown.</summary>
    public int Expected { get; set; }

    public int Read { get; set; }

    public int Created { get; set; }

    public int Changed { get; set; }

    public int Unchanged { get; set; }

    public int Removed { get; set; }

    public int Restored { get; set; }

    public int Renamed { get; set; }

    public int Held { get; set; }

    /// <summary>Rows that could not be read or written; see <see cref="SyncError"/>.</summary>
    public int Failed { get; set; }

    public int ApiCalls { get; set; }

    /// <summary>The counters per kind of row, as JSON: <c>{"user":{"read":…,"created":…}}</c>.</summary>
    public string? Counts { get; set; }

    /// <summary>
    /// What nothing had told before this run found it, per kind of row and as JSON; null for a company's first run, where all is new.
    /// </summary>
    public string? Drift { get; set; }

    /// <summary>When a person asked the run to stop; it does at its next sign of life.</summary>
    public DateTimeOffset? CancelRequestedAt { get; set; }

    /// <summary>Why the run is not <see cref="RunState.Done"/>, without secrets.</summary>
    public string? Error { get; set; }

    /// <summary>What a person must do, if anything.</summary>
    public string? Action { get; set; }
}

/// <summary>Where a run stands.</summary>
public enum RunState
{
    Running,
    Done,

    /// <summary>Done except for what its errors list.</summary>
    Partial,
    Failed,

    /// <summary>The tenant was stopped by a fatal answer.</summary>
    Stopped,
    Cancelled,
}

/// <summary>The halves of the mirror that are written independently.</summary>
public enum MirrorPart
{
    Directory,
    Customers,
}
