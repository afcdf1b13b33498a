namespace WeComSync.Domain.Runs;

/// <summary>A row that a run would have removed, had the guard not stopped it.</summary>
public sealed class HeldRemoval
{
    public long TenantId { get; init; }

    /// <summary>The run that missed the row.</summary>
    public long RunId { get; init; }

    public required string Entity { get; init; }

    /// <summary>The row's key as JSON, in the form of the change feed.</summary>
    public required string Key { get; init; }

    /// <summary>What a person knows the row by.</summary>
    public string? Name { get; init; }

    /// <summary>When WeCom last returned the row.</summary>
    public DateTimeOffset LastSeenAt { get; init; }

    public HeldDecision Decision { get; set; } = HeldDecision.Pending;

    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Who approved or discarded it; null if nobody did.</summary>
    public string? DecidedBy { get; set; }

    /// <summary>When the log last said that it waits: once a day.</summary>
    public DateTimeOffset RemindedAt { get; set; }
}

/// <summary>What became of a held removal.</summary>
public enum HeldDecision
{
    Pending,

    /// <summary>A person approved it: the next run that still misses the row removes it.</summary>
    Approved,

    /// <summary>Removed.</summary>
    Removed,

    /// <summary>The row was seen again.</summary>
    Expired,

    /// <summary>A person decided to keep the row for as long as WeCom does not return it.</summary>
    Discarded,
}
