using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Jobs;

/// <summary>Mirrors one object that was written to WeCom. While another run is at work it comes again (<see cref="DeferBusySync"/>).</summary>
internal sealed class ObjectSyncJob(SyncRunner runner) : IObjectSyncJob
{
    public async Task<string> RunAsync(long tenantId, string kind, string id, bool deleted, CancellationToken ct)
    {
        var request = new SyncRequest { Trigger = SyncTrigger.Console, Object = new WantedObject(kind, id) { Deleted = deleted } };
        try
        {
            var report = await runner.RunAsync(tenantId, SyncKind.OneObject, request, ct);
            return report.State == RunState.Failed ? throw new SyncFailedException(report) : EnumText.Of(report.State);
        }
        catch (MirrorBusyException)
        {
            return SyncJob.Busy;
        }
    }
}
