namespace WeComSync.Domain.Directory;

/// <summary>An employee whom an administrator wrote down before WeCom was connected.</summary>
/// <param name="userId">The userid that he has, or shall have, in WeCom.</param>
public sealed class LocalUser(string userId)
{
    public long TenantId { get; init; }

    public long Id { get; private set; }

    /// <summary>Compared without case, as WeCom does.</summary>
    public string UserId { get; private set; } = userId;

    /// <summary><see cref="UserId"/> as it is compared.</summary>
    public string UserKey { get; private set; } = KeyOf(userId);

    public required string Name { get; set; }

    public string Mobile { get; set; } = "";

    public string Email { get; set; } = "";

    public string Position { get; set; } = "";

    /// <summary>Local departments; none means 总部门.</summary>
    public long[] DepartmentIds { get; set; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ChangedAt { get; set; }

    public void SetUserId(string userId)
    {
        UserId = userId;
        UserKey = KeyOf(userId);
    }

    /// <summary>The spelling in which userids are compared.</summary>
    public static string KeyOf(string userId)
    {
        ArgumentNullException.ThrowIfNull(userId);
        return userId.ToLowerInvariant();
    }
}
