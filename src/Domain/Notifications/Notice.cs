namespace WeComSync.Domain.Notifications;

/// <summary>One message about an incident to one receiver: written with the incident, sent until it is received.</summary>
public sealed class Notice
{
    public long TenantId { get; init; }

    public long Id { get; private set; }

    public long IncidentId { get; init; }

    public NoticeTarget Target { get; init; }

    /// <summary>False: the incident began; true: it is over.</summary>
    public bool Over { get; init; }

    /// <summary>When the next try is due.</summary>
    public DateTimeOffset DueAt { get; set; }

    public int Tries { get; set; }

    /// <summary>When the receiver confirmed it, or when it was given up (<see cref="Error"/> says so).</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>Why the last try failed; no address, no key.</summary>
    public string? Error { get; set; }
}

/// <summary>Who is told.</summary>
public enum NoticeTarget
{
    Webhook,

    /// <summary>A group robot (群机器人) of WeCom.</summary>
    Robot,
}
