namespace WeComSync.Domain.Runs;

/// <summary>
/// The claim on one due instant of one schedule. Schedulers and job queues may deliver an instant more than once;
/// the primary key (tenant, kind, instant) lets one delivery act.
/// </summary>
public sealed class ScheduledEffect
{
    public long TenantId { get; init; }

    public SyncKind Kind { get; init; }

    public DateTimeOffset Instant { get; init; }

    /// <summary>The Hangfire job that claimed the instant; the same job may come again after a crash.</summary>
    public required string JobId { get; init; }

    public DateTimeOffset ClaimedAt { get; init; }
}
