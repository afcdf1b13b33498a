using System.Collections.Immutable;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

/// <summary>Something that happened to customers, their tags or groups.</summary>
public abstract record CustomerChange : WorldChange
{
    /// <summary>Whose customer or group it is; null: everybody's, as tags are.</summary>
    internal PersonNode? Concerns { get; init; }
}

/// <summary>A member and a customer got to know each other.</summary>
/// <param name="IsHalf">Only the customer has added the member so far.</param>
/// <param name="Welcome">What a welcome message can be sent with; null: none is possible.</param>
public sealed record CustomerAdded(string UserId, string ExternalUserId, string? State, bool IsHalf, Welcome? Welcome) : CustomerChange;

/// <summary>The member changed remark, phones or tags of the customer.</summary>
public sealed record FollowEdited(string UserId, string ExternalUserId) : CustomerChange;

/// <summary>The member deleted the customer, or lost him by a transfer.</summary>
public sealed record CustomerDeleted(string UserId, string ExternalUserId, bool ByTransfer) : CustomerChange;

/// <summary>The customer deleted the member.</summary>
public sealed record MemberDeletedByCustomer(string UserId, string ExternalUserId) : CustomerChange;

/// <param name="UserId">Who was to take the customer over.</param>
/// <param name="Reason"><c>customer_refused</c> or <c>customer_limit_exceed</c>.</param>
public sealed record TransferFailed(string UserId, string ExternalUserId, string Reason) : CustomerChange;

/// <summary>A corp tag or a group of them.</summary>
public sealed record CorpTagChanged(string Id, bool IsGroup, TagAction Action) : CustomerChange;

/// <param name="GroupId">Whose tags have a new order; empty: everything has.</param>
public sealed record CorpTagsShuffled(string GroupId) : CustomerChange;

public sealed record ChatCreated(string ChatId) : CustomerChange;

public sealed record ChatDismissed(string ChatId) : CustomerChange;

/// <summary>Name, notice or owner.</summary>
/// <param name="Detail"><c>change_name</c>, <c>change_notice</c> or <c>change_owner</c>.</param>
public sealed record ChatChanged(string ChatId, string Detail) : CustomerChange;

/// <param name="Scene">How they came (0, 3) or went (0, 1), in the numbers of the event.</param>
public sealed record ChatMembersChanged(
    string ChatId, bool AreNew, int Scene, ImmutableArray<string> Members, string LastVersion, string Version) : CustomerChange;

public enum TagAction
{
    Create,
    Update,
    Delete,
}
