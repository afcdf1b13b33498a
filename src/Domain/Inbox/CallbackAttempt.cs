using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Inbox;

/// <summary>
/// How often a tenant's callback address was used with one outcome, and when last: what an administrator needs to see while
/// entering the address in WeCom. One row per tenant, channel and outcome, so the table stays small whatever is sent.
/// </summary>
public sealed class CallbackAttempt
{
    public long TenantId { get; init; }

    public Channel Channel { get; init; }

    public CallbackOutcome Outcome { get; init; }

    public long Count { get; set; }

    public DateTimeOffset LastAt { get; set; }
}
