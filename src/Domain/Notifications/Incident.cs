namespace WeComSync.Domain.Notifications;

/// <summary>Something about a tenant that a person must hear of, from when it was noticed to when it was over.</summary>
public sealed class Incident
{
    public long TenantId { get; init; }

    public long Id { get; private set; }

    public IncidentKind Kind { get; init; }

    /// <summary>Tells incidents of one kind apart, such as the channel or run; empty where there can be only one.</summary>
    public required string Subject { get; init; }

    /// <summary>What is wrong and what to do, in one or two sentences.</summary>
    public required string Message { get; init; }

    public DateTimeOffset OpenedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; set; }
}

/// <summary>What operators are told of.</summary>
public enum IncidentKind
{
    /// <summary>WeCom refuses the tenant's credential, address or permission.</summary>
    TenantStopped,

    /// <summary>More would be removed than the tenant's guard allows.</summary>
    RemovalsHeld,

    /// <summary>No sync of the directory ended well for a while.</summary>
    NoGoodRun,

    /// <summary>No event came for a while, although some came before.</summary>
    CallbacksSilent,

    /// <summary>WeCom no longer gives the customers that are in the mirror.</summary>
    CustomersRefused,
}
