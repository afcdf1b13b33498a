using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Sync;

/// <summary>Where a job hands over to the sync that does the work.</summary>
internal interface ISyncRunner
{
    /// <summary>What this release can run. Other kinds get no schedule.</summary>
    IReadOnlySet<SyncKind> Kinds { get; }

    /// <summary>Runs one sync to its end and records it in <c>control.sync_runs</c>. May be called again for work that was cut off.</summary>
    /// <param name="tenantId">Which tenant.</param>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="trigger">What asked for the run.</param>
    /// <param name="ct">Asks the run to stop at the next safe point, within a few seconds.</param>
    /// <exception cref="OperationCanceledException">The run stopped at a safe point because <paramref name="ct"/> asked for it.</exception>
    /// <exception cref="Exception">Any other: the run failed, and the same run may succeed later. It is tried again with back-off.</exception>
    Task<SyncOutcome> RunAsync(long tenantId, SyncKind kind, SyncTrigger trigger, CancellationToken ct);

    /// <summary>Compares the whole directory with its mirror and writes nothing; the difference is kept with the run.</summary>
    /// <param name="tenantId">Which tenant.</param>
    /// <param name="ct">Asks the run to stop.</param>
    Task<SyncOutcome> PreviewAsync(long tenantId, CancellationToken ct);
}

/// <summary>How a sync ended that a repetition would not mend.</summary>
internal enum SyncOutcome
{
    /// <summary>It ran to its end: done, partial, or with held removals, as its row says.</summary>
    Finished,

    /// <summary>Nothing was done: another run of this half of the tenant's mirror is going on. Worth trying again soon.</summary>
    Busy,

    /// <summary>Nothing was done: the tenant's last runs failed, and the next try is not due yet.</summary>
    Slowed,

    /// <summary>Nothing was done: the tenant's customers cannot be read for now, and nothing is broken. The next due one looks again.</summary>
    Resting,

    /// <summary>The tenant is stopped, by this run or before it: a person must act first.</summary>
    Stopped,
}
