namespace WeComSync.Domain.Directory;

/// <summary>What every row of schema <c>mirror</c> carries. Rows are never deleted.</summary>
public abstract class MirroredRow
{
    public long TenantId { get; init; }

    /// <summary>Our own identity of the object: it survives renames and returns.</summary>
    public Guid Ref { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a value of the row last really changed.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>When WeCom returned what the row says (the start of that request). An older answer never replaces it.</summary>
    public DateTimeOffset FetchedAt { get; init; }

    /// <summary>Null while the object exists in WeCom.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
}
