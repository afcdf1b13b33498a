namespace WeComSync.Domain.Directory;

/// <summary>
/// 成员, an employee. A null value was never returned by WeCom to this tenant's credentials;
/// an empty one is known to be empty.
/// </summary>
public sealed class User : MirroredRow
{
    /// <summary>WeCom's userid as it was spelled first; compared without case.</summary>
    public required string UserId { get; init; }

    public string? Name { get; init; }

    public string? Alias { get; init; }

    public string? EnglishName { get; init; }

    public string? Position { get; init; }

    public string? Mobile { get; init; }

    public string? Email { get; init; }

    public string? BizMail { get; init; }

    /// <summary>0 unknown or hidden, 1 male, 2 female.</summary>
    public short? Gender { get; init; }

    public string? Avatar { get; init; }

    public string? ThumbAvatar { get; init; }

    public string? QrCode { get; init; }

    public string? Telephone { get; init; }

    public string? Address { get; init; }

    /// <summary>1 activated, 2 disabled, 4 not activated, 5 left the corp.</summary>
    public short? Status { get; init; }

    public long? MainDepartmentId { get; init; }

    public string[]? DirectLeaders { get; init; }

    /// <summary>JSON object as WeCom returned it.</summary>
    public string? Extattr { get; init; }

    public string? ExternalPosition { get; init; }

    /// <summary>JSON object as WeCom returned it.</summary>
    public string? ExternalProfile { get; init; }

    public string? OpenUserid { get; init; }

    /// <summary><c>full</c>, or <c>id_only</c> while no credential may read the person.</summary>
    public required string Detail { get; init; }
}
