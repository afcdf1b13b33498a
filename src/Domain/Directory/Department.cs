namespace WeComSync.Domain.Directory;

/// <summary>部门. Departments form a forest: a parent may be outside the visible range, come later, or never.</summary>
public sealed class Department : MirroredRow
{
    /// <summary>WeCom's id; values above 2³¹ occur.</summary>
    public long Id { get; init; }

    public long? ParentId { get; init; }

    /// <summary>Null if no credential of the tenant may read it.</summary>
    public string? Name { get; init; }

    public string? NameEn { get; init; }

    /// <summary>0 to 2³²−1 among siblings, larger first.</summary>
    public long? SortOrder { get; init; }

    public string[]? Leaders { get; init; }
}
