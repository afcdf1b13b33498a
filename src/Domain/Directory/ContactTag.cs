namespace WeComSync.Domain.Directory;

/// <summary>通讯录标签.</summary>
public sealed class ContactTag : MirroredRow
{
    public long TagId { get; init; }

    public string? Name { get; init; }
}

/// <summary>A person who carries a tag himself.</summary>
public sealed class ContactTagUser : MirroredRow
{
    public long TagId { get; init; }

    public required string UserId { get; init; }
}

/// <summary>A department that carries a tag; everyone in it and below is meant.</summary>
public sealed class ContactTagDepartment : MirroredRow
{
    public long TagId { get; init; }

    public long DepartmentId { get; init; }
}
