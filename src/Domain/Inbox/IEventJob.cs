using Hangfire;
using Hangfire.Server;
using WeComSync.Domain.Runs;

namespace WeComSync.Domain.Inbox;

/// <summary>
/// The job of one event that failed, so that it is seen, tried again and in the end parked without blocking others. Hangfire stores
/// this type, method and parameter list as text in its job rows: rename it as you would a column.
/// </summary>
public interface IEventJob
{
    /// <summary>Failures by an event's own fault, those in a batch counted too, after which it is parked.</summary>
    const int MaxTries = 6;

    /// <param name="tenantId">Which tenant.</param>
    /// <param name="eventId">Which of its events.</param>
    /// <param name="kind">For example <c>update_user</c>; only shown.</param>
    /// <param name="subject">WeCom's id of what the event is about; only shown.</param>
    /// <param name="job">Null when it is queued; Hangfire fills it in.</param>
    /// <param name="ct">None when it is queued; cancelled when the job server stops.</param>
    /// <returns>What became of it in a few words, for the dashboard.</returns>
    [Queue(InboxJobs.Queue)]
    [JobDisplayName("{2} {3} of tenant {0}, event {1}")]
    [AutomaticRetry(Attempts = int.MaxValue, DelaysInSeconds = [30, 120, 600, 3600], ExceptOn = [typeof(JobParkedException)])]
    Task<string> ApplyAsync(long tenantId, long eventId, string kind, string? subject, PerformContext? job, CancellationToken ct);
}
