using Hangfire;
using WeComSync.Domain.Inbox;

namespace WeComSync.Worker.Events;

/// <summary>Gives an event that failed a job of its own, where it is seen, tried again and in the end parked.</summary>
internal sealed partial class EventFailures(EventClaims claims, IBackgroundJobClient jobs, EventMetrics metrics, ILogger<EventFailures> logger)
{
    /// <summary>Longer than noting the failure takes: the job finds it noted.</summary>
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(10);

    /// <summary>The job comes first: a job too many does no harm, a failure without one would be forgotten.</summary>
    public async Task FailAsync(Claim claim, IReadOnlyDictionary<long, EventFailure> failures, CancellationToken ct)
    {
        foreach (var failed in claim.Events.Where(e => failures.ContainsKey(e.Id)))
        {
            var job = Queue(claim.TenantId, failed.Id, failed.Kind, failed.ObjectKey, FirstDelay);
            await claims.FailAsync(claim, failed, failures[failed.Id], ct);
            LogFailed(claim.TenantId, failed.Id, failed.Kind, job, failures[failed.Id].Why);
        }

        metrics.Count(EventState.Failed, failures.Count);
    }

    public string Queue(long tenantId, long eventId, string kind, string? subject, TimeSpan delay) => jobs.Schedule<IEventJob>(
        InboxJobs.Queue, job => job.ApplyAsync(tenantId, eventId, kind, subject, null, CancellationToken.None), delay);

    [LoggerMessage(LogLevel.Warning, "Tenant {TenantId}: event {EventId} ({Kind}) failed and goes on alone as job {JobId}: {Why}")]
    private partial void LogFailed(long tenantId, long eventId, string kind, string jobId, string why);
}
