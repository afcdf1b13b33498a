namespace WeComSync.Domain.Directory;

/// <summary>A department that an administrator wrote down before WeCom was connected. The root, 总部门, stands for the enterprise and has no row.</summary>
public sealed class LocalDepartment
{
    public long TenantId { get; init; }

    public long Id { get; private set; }

    /// <summary>Null: directly below 总部门.</summary>
    public long? ParentId { get; set; }

    public required string Name { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ChangedAt { get; set; }
}
