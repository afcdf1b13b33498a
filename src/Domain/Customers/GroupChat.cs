using WeComSync.Domain.Directory;

namespace WeComSync.Domain.Customers;

/// <summary>客户群.</summary>
public sealed class GroupChat : MirroredRow
{
    public required string ChatId { get; init; }

    /// <summary>Empty while nobody named it.</summary>
    public string? Name { get; init; }

    public string? OwnerUserId { get; init; }

    /// <summary>0 normal, 1 its owner left, 2 handover running, 3 handed over.</summary>
    public short? Status { get; init; }

    public string? Notice { get; init; }

    public string[]? AdminUserIds { get; init; }

    /// <summary>Another text after each change of the members.</summary>
    public string? MemberVersion { get; init; }

    /// <summary>When it was made in WeCom.</summary>
    public DateTimeOffset? MadeAt { get; init; }
}

/// <summary>Somebody in a group chat: a member of the corp, or an outsider, who need not be anybody's customer.</summary>
public sealed class GroupChatMember : MirroredRow
{
    public required string ChatId { get; init; }

    /// <summary>A user id (type 1) or an external user id (type 2).</summary>
    public required string MemberId { get; init; }

    /// <summary>1 member of the corp, 2 outsider.</summary>
    public short? Type { get; init; }

    public string? Unionid { get; init; }

    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>1 invited, 2 by invitation link, 3 by QR code.</summary>
    public short? JoinScene { get; init; }

    public string? InvitorUserId { get; init; }

    public string? GroupNickname { get; init; }

    public string? Name { get; init; }

    /// <summary>The value of the join way that was used.</summary>
    public string? State { get; init; }
}
