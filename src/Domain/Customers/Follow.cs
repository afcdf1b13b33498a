using WeComSync.Domain.Directory;

namespace WeComSync.Domain.Customers;

/// <summary>One member's relation to one customer.</summary>
public sealed class Follow : MirroredRow
{
    public required string UserId { get; init; }

    public required string ExternalUserId { get; init; }

    /// <summary>The member's remark; the nickname of the time of adding unless he changed it.</summary>
    public string? Remark { get; init; }

    public string? Description { get; init; }

    /// <summary>When the member added the customer.</summary>
    public DateTimeOffset? FollowedAt { get; init; }

    public string? RemarkCorpName { get; init; }

    /// <summary>Phones that the member noted; nobody checked them.</summary>
    public string[]? RemarkMobiles { get; init; }

    /// <summary>How they met; WeCom's numbers, for example 1 for a scanned QR code.</summary>
    public int? AddWay { get; init; }

    /// <summary>Who began: a user id, or the customer.</summary>
    public string? OperUserId { get; init; }

    /// <summary>The value of the contact way or acquisition link that was used.</summary>
    public string? State { get; init; }

    /// <summary>Corp tags and rule tags, sorted.</summary>
    public string[]? TagIds { get; init; }

    /// <summary>The member's own tags, sorted. Only reading a single customer tells them; null until somebody did.</summary>
    public string[]? PersonalTags { get; init; }

    /// <summary>JSON object as WeCom returned it; only for those who came through 视频号.</summary>
    public string? WechatChannels { get; init; }

    /// <summary>When the customer deleted the member, if so. Only an event tells it, and WeCom goes on listing the relation.</summary>
    public DateTimeOffset? DeletedByCustomerAt { get; init; }

    /// <summary>
    /// <c>deleted_by_member</c>, <c>transferred</c>, or <c>missing</c> where a listing showed the removal. Null while the relation lives.
    /// </summary>
    public string? RemovedReason { get; init; }

    /// <summary>When the member deleted the customer or lost him by a handover, as the event told; null while the relation lives.</summary>
    public DateTimeOffset? DeletedByMemberAt { get; init; }

    /// <summary>False while the credential does not see the member: he left, or his customers are out of its range.</summary>
    public bool Visible { get; init; }
}
