using WeComSync.Domain.Runs;

namespace WeComSync.Domain.Tenants;

/// <summary>When a tenant's syncs of one kind start, where the tenant chose it; otherwise a default spread over tenants applies.</summary>
public sealed class Schedule
{
    public long TenantId { get; init; }

    public SyncKind Kind { get; init; }

    /// <summary>Quartz cron expression with seconds, in the tenant's time zone.</summary>
    public required string Cron { get; set; }
}
