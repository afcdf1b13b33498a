using System.Collections.Immutable;
using System.Text.Json.Serialization;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

/// <summary>A customer group (客户群) as it is at one moment.</summary>
public sealed record GroupChat
{
    public required string ChatId { get; init; }
    /// <summary>Empty: nobody named it.</summary>
    public string Name { get; init; } = "";
    public long CreateTime { get; init; }
    public string Notice { get; init; } = "";
    /// <summary>The owner too.</summary>
    public ImmutableArray<ChatMember> Members { get; init; } = [];
    /// <summary>A new one with every coming and going.</summary>
    public string MemberVersion { get; init; } = "";

    public string OwnerUserId => Owner.Last.UserId;

    /// <summary>Userids of those who help the owner.</summary>
    public IEnumerable<string> Admins => AdminNodes.Select(node => node.Last.UserId);

    [JsonIgnore]
    internal PersonNode Owner { get; init; } = null!;

    [JsonIgnore]
    internal ImmutableArray<PersonNode> AdminNodes { get; init; } = [];
}

/// <summary>Somebody in a customer group: a member of the company, a customer, or a stranger whom nobody has added.</summary>
public sealed record ChatMember
{
    /// <summary>A userid or an external_userid.</summary>
    public string Id => Staff is { } staff ? staff.Last.UserId : ExternalUserId!;

    /// <summary>1 member of the company, 2 external contact.</summary>
    public int Type => Staff is null ? 2 : 1;

    public string? ExternalUserId { get; init; }
    public long JoinTime { get; init; }
    /// <summary>1 invited directly, 2 by an invitation link, 3 by QR code.</summary>
    public int JoinScene { get; init; }
    public string Nickname { get; init; } = "";
    public string? State { get; init; }
    /// <summary>Null: not invited by a member of the company.</summary>
    public string? InvitorUserId => Invitor?.Last.UserId;

    [JsonIgnore]
    internal PersonNode? Staff { get; init; }

    [JsonIgnore]
    internal PersonNode? Invitor { get; init; }
}
