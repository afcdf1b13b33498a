namespace WeComSync.Domain.Inbox;

/// <summary>
/// Says that a job for a tenant's waiting events is on its way, so that a burst of events makes one job and not one each.
/// </summary>
/// <remarks>
/// <para>The promise: an event that is committed while no job is going to look for it makes a job. It rests on three rules.</para>
/// <list type="number">
/// <item>Who stores events sets the marker (<see cref="QueuedAt"/>) and inserts the job in the events' own transaction, and only where
/// the marker is null. Finding it set still locks the row until the events are committed, because
/// <c>INSERT … ON CONFLICT DO UPDATE … WHERE</c> locks rows that its condition leaves alone.</item>
/// <item>Who drains clears the marker first, in a transaction of its own (<see cref="InboxJobs.BeginDrainAsync"/>), and looks for
/// events only after that has committed.</item>
/// <item>Hence one of two orders. Stored, then cleared: the clearing waited for the row lock, so the look that follows sees the events.
/// Cleared, then stored: the storing transaction finds null and inserts a new job.</item>
/// </list>
/// <para>A job can still be lost: deleted on the dashboard, or given up after its retries. So a marker older than
/// <see cref="InboxJobs.MarkerLife"/> counts as null, and a sweep queues tenants whose events wait although nothing arrives.
/// A job too many is harmless: it finds nothing to do.</para>
/// </remarks>
public sealed class InboxDrain
{
    public long TenantId { get; init; }

    /// <summary>When the job was queued that has not begun to look yet; null if there is none.</summary>
    public DateTimeOffset? QueuedAt { get; set; }

    /// <summary>WeCom is away or over its limits for this tenant's directory, or a sync is awaited: its events wait until then.</summary>
    public DateTimeOffset? PausedUntil { get; set; }

    /// <summary>The same for events of customers, which do not wait for the directory.</summary>
    public DateTimeOffset? CustomersPausedUntil { get; set; }

    /// <summary>The newest event for which a sync was tried in place of many; those up to it are applied one by one.</summary>
    public long StormTried { get; set; }

    /// <summary>When an event last came that was not kept, because too many waited; null if a sync has been ordered for them since.</summary>
    public DateTimeOffset? OverflowedAt { get; set; }

    /// <summary>How many they were.</summary>
    public long Overflowed { get; set; }
}
