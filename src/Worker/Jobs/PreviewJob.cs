using Hangfire.Server;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Jobs;

/// <summary>Runs one queued preview. Whoever asked sees how it ends in the run's row, so it is not tried again.</summary>
internal sealed class PreviewJob(ISyncRunner runner, TenantSchedules schedules, TenantTurns turns) : IPreviewJob
{
    public async Task<string> RunAsync(long tenantId, PerformContext? job, CancellationToken ct)
    {
        if (await schedules.FindAsync(tenantId, SyncKind.Full, ct) is null)
        {
            return "the tenant is disabled, stopped or gone, or the platform's plug-in is off";
        }

        using var turn = turns.TryTake(tenantId);
        return turn is null || await runner.PreviewAsync(tenantId, ct) == SyncOutcome.Busy ? SyncJob.Busy : "ran to its end";
    }
}
