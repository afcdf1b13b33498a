using Hangfire;
using Quartz;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Schedules;

/// <summary>
/// What a trigger fires: queues the sync that is due. Quartz stores this type's name, and may fire an instant twice; the job that
/// is queued makes sure that only one acts.
/// </summary>
internal sealed partial class EnqueueSync(IBackgroundJobClient jobs, ILogger<EnqueueSync> logger) : IJob
{
    /// <summary>The one job of all triggers; stored in Quartz's tables.</summary>
    public static readonly JobKey Key = new("enqueue", TenantSchedule.TriggerGroup);

    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var (tenantId, kind) = TenantSchedule.Parse(context.Trigger.Key);
        var instant = context.ScheduledFireTimeUtc ?? context.FireTimeUtc;
        var jobId = jobs.EnqueueSync(tenantId, kind, instant);
        LogQueued(tenantId, kind, instant.UtcDateTime, jobId);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(LogLevel.Debug, "Tenant {TenantId}: {Kind} sync due at {Instant:u} queued as job {JobId}")]
    private partial void LogQueued(long tenantId, SyncKind kind, DateTime instant, string jobId);
}

/// <summary>Queues syncs.</summary>
internal static class SyncQueueing
{
    /// <param name="jobs">Where to queue.</param>
    /// <param name="tenantId">Which tenant.</param>
    /// <param name="kind">What to read.</param>
    /// <param name="instant">The due instant; null when a person asked.</param>
    public static string EnqueueSync(this IBackgroundJobClient jobs, long tenantId, SyncKind kind, DateTimeOffset? instant)
    {
        var text = EnumText.Of(kind);
        return jobs.Enqueue<ISyncJob>(job => job.RunAsync(tenantId, text, instant, null, CancellationToken.None));
    }

    /// <summary>Queues a comparison that writes nothing.</summary>
    public static string EnqueuePreview(this IBackgroundJobClient jobs, long tenantId) =>
        jobs.Enqueue<IPreviewJob>(job => job.RunAsync(tenantId, null, CancellationToken.None));
}
