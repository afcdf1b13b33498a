namespace WeComSync.Domain.Customers;

/// <summary>What only an event tells of a member and a customer, kept so that a platform can act on it.</summary>
public sealed class ContactNotice
{
    /// <summary>How long WeCom takes a welcome code.</summary>
    public static readonly TimeSpan WelcomeCodeLife = TimeSpan.FromSeconds(20);

    public long TenantId { get; init; }

    /// <summary>The event that told it.</summary>
    public long EventId { get; init; }

    public ContactNoticeKind Kind { get; init; }

    public required string UserId { get; init; }

    public required string ExternalUserId { get; init; }

    /// <summary>When it happened: WeCom's time, whole seconds.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The value of the contact way or acquisition link that was used.</summary>
    public string? State { get; init; }

    /// <summary>Protected under <see cref="Storage.SecretFields.WelcomeCode"/>; null once it is too old to be used.</summary>
    public string? WelcomeCode { get; set; }

    /// <summary>Why a handover failed, in WeCom's words.</summary>
    public string? FailReason { get; init; }

    /// <summary>The customer added a member who has not confirmed yet: WeCom does not know the relation until he does.</summary>
    public bool Pending { get; set; }
}

/// <summary>What a <see cref="ContactNotice"/> tells.</summary>
public enum ContactNoticeKind
{
    /// <summary>A member and a customer added each other.</summary>
    Added,

    /// <summary>The customer added the member, who must confirm it.</summary>
    HalfAdded,

    /// <summary>The customer agreed to the archive.</summary>
    ArchiveApproved,

    /// <summary>A handover to the member failed.</summary>
    TransferFailed,
}
