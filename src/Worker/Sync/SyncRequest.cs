using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Sync;

/// <summary>What is asked of a sync.</summary>
internal sealed record SyncRequest
{
    public required SyncTrigger Trigger { get; init; }

    /// <summary>Compare only; write nothing into the mirror.</summary>
    public bool DryRun { get; init; }

    /// <summary>Rows of a dry run's difference that are told; a company's first one has as many as the company.</summary>
    public int MostPlanned { get; init; } = int.MaxValue;

    /// <summary>What a sync of one object reads.</summary>
    public WantedObject? Object { get; init; }

    /// <summary>User ids whose details an incremental sync reads in any case: events told of them.</summary>
    public IReadOnlyCollection<string> People { get; init; } = [];

    /// <summary>Tags whose members an incremental sync reads in any case.</summary>
    public IReadOnlyCollection<long> Tags { get; init; } = [];

    /// <summary>Called once with the run's live row, for a progress bar.</summary>
    public Action<SyncRun>? Started { get; init; }
}

/// <summary>One object that somebody asked for.</summary>
/// <param name="Kind"><c>user</c>, <c>department</c> or <see cref="Customer"/>, as in the change feed.</param>
/// <param name="Id">WeCom's id.</param>
internal sealed record WantedObject(string Kind, string Id)
{
    public const string Customer = "customer";

    /// <summary>
    /// We deleted it ourselves, and WeCom said so: that it can no longer be read then proves that it is gone. Of a person or department.
    /// </summary>
    public bool Deleted { get; init; }
}
