using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync.Directory;

namespace WeComSync.Worker.Sync;

/// <summary>Runs any kind of sync, for the command line and for scheduled jobs.</summary>
internal sealed class SyncRunner(DirectorySync directory, SyncRuns runs) : ISyncRunner
{
    /// <summary>The kinds of sync that exist.</summary>
    public static IReadOnlySet<SyncKind> Available { get; } = new HashSet<SyncKind> { SyncKind.Full };

    public IReadOnlySet<SyncKind> Kinds => Available;

    /// <exception cref="RunInProgressException">Another process syncs this half of the tenant's mirror.</exception>
    public Task<SyncReport> RunAsync(long tenantId, SyncKind kind, SyncRequest request, CancellationToken ct) => kind switch
    {
        SyncKind.Full => directory.RunAsync(tenantId, request, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No sync of this kind exists."),
    };

    public async Task<SyncOutcome> RunAsync(long tenantId, SyncKind kind, SyncTrigger trigger, CancellationToken ct)
    {
        try
        {
            var report = await RunAsync(tenantId, kind, new SyncRequest { Trigger = trigger }, ct);
            return report.State switch
            {
                RunState.Stopped => SyncOutcome.Stopped,
                RunState.Cancelled => throw new OperationCanceledException(report.Error, ct),
                // A person does not want it: no reason to try again.
                RunState.Failed when await runs.WasCancelledAsync(report.RunId, ct) => SyncOutcome.Finished,
                RunState.Failed => throw new SyncFailedException(report),
                _ => SyncOutcome.Finished,
            };
        }
        catch (RunInProgressException)
        {
            return SyncOutcome.Busy;
        }
    }
}

/// <summary>A run failed for a reason that may pass; the job queue tries again.</summary>
internal sealed class SyncFailedException(SyncReport report) : Exception($"Run {report.RunId} failed. {report.Error} To do: {report.Action}");
