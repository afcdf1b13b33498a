using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync.Directory;

namespace WeComSync.Worker.Sync;

/// <summary>Runs any kind of sync, for the command line and for scheduled jobs.</summary>
internal sealed class SyncRunner(DirectorySync directory)
{
    /// <exception cref="RunInProgressException">Another process syncs this half of the tenant's mirror.</exception>
    public Task<SyncReport> RunAsync(long tenantId, SyncKind kind, SyncRequest request, CancellationToken ct) => kind switch
    {
        SyncKind.Full => directory.RunAsync(tenantId, request, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No sync of this kind exists."),
    };
}
