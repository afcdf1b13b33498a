using Hangfire;

namespace WeComSync.Domain.Inbox;

/// <summary>
/// The job that applies a tenant's waiting events. Hangfire stores this type, method and parameter list as text in its job rows,
/// and reads these attributes rather than any on the implementation: rename it as you would a column.
/// </summary>
public interface IInboxJob
{
    /// <summary>
    /// Applies what waits. Call <see cref="InboxJobs.BeginDrainAsync"/> before looking for events: see <see cref="InboxDrain"/>.
    /// </summary>
    /// <param name="tenantId">Which tenant.</param>
    /// <param name="ct">Cancelled when the job server stops.</param>
    [Queue(InboxJobs.Queue)]
    [JobDisplayName("Events of tenant {0}")]
    [AutomaticRetry(Attempts = 3, DelaysInSeconds = [5, 30, 120])]
    Task DrainAsync(long tenantId, CancellationToken ct);
}
