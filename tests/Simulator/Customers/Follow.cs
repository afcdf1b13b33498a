using System.Collections.Immutable;

namespace WeComSync.Simulator.Customers;

/// <summary>What one member knows and wrote about one customer.</summary>
public sealed record Follow
{
    public string Remark { get; init; } = "";
    public string Description { get; init; } = "";
    /// <summary>When the member added the customer, in Unix seconds.</summary>
    public long CreateTime { get; init; }
    /// <summary>Corp tags (<c>et…</c>) and tags of rule groups (<c>st…</c>). Deleted ones are no longer shown.</summary>
    public ImmutableArray<string> TagIds { get; init; } = [];
    /// <summary>Only externalcontact/get shows them, and without an id.</summary>
    public ImmutableArray<PersonalTag> PersonalTags { get; init; } = [];
    /// <summary>WeChat users only.</summary>
    public string RemarkCorpName { get; init; } = "";
    public ImmutableArray<string> RemarkMobiles { get; init; } = [];
    public int AddWay { get; init; }
    /// <summary>The member, the customer, or whoever shared or assigned him. Null: the field is missing.</summary>
    public string? OperUserId { get; init; }
    /// <summary>The channel of the code he scanned. Null: the field is missing.</summary>
    public string? State { get; init; }
    /// <summary>With <see cref="AddWay"/> 10.</summary>
    public ChannelsSource? Channels { get; init; }
    /// <summary>The customer deleted the member. Nothing in the API shows it: the event is the only sign.</summary>
    public bool IsDeletedByCustomer { get; init; }
}

/// <summary>A tag that a member made for himself.</summary>
public sealed record PersonalTag(string Group, string Name);

/// <param name="Source">0 unknown, 1 home page, 2 live room, 3 lead form.</param>
public sealed record ChannelsSource(string Nickname, int Source);

/// <summary>One member's relation to one customer.</summary>
public sealed record Relation(string UserId, string ExternalUserId, Follow Follow);
