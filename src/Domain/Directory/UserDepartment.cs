namespace WeComSync.Domain.Directory;

/// <summary>A person's membership in one department.</summary>
public sealed class UserDepartment : MirroredRow
{
    public required string UserId { get; init; }

    public long DepartmentId { get; init; }

    /// <summary>0 to 2³²−1 within the department, larger first; null while only ids are known.</summary>
    public long? SortOrder { get; init; }

    public bool? IsLeader { get; init; }
}
