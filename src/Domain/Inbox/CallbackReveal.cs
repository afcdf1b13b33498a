namespace WeComSync.Domain.Inbox;

/// <summary>Somebody read an event's payload in the clear.</summary>
public sealed class CallbackReveal
{
    public long TenantId { get; init; }

    public long Id { get; private set; }

    public long EventId { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>Account and host of whoever asked.</summary>
    public required string By { get; init; }
}
