using System.Collections.Immutable;

namespace WeComSync.Simulator.Corps;

/// <summary>How WeCom treats the customers of a company. What its documents leave open is a switch here.</summary>
public sealed record CustomerSettings
{
    /// <summary>externalcontact/list of a member without customers. 0: an empty list.</summary>
    public int EmptyMemberCode { get; init; } = 84061;
    /// <summary>externalcontact/batch/get_by_user when none of the members has any. 0: an empty list.</summary>
    public int EmptyBatchCode { get; init; } = 84061;
    /// <summary>A member outside the range of the function 客户联系.</summary>
    public int NoFunctionCode { get; init; } = 84083;
    /// <summary>Members in a batch who are unknown, invisible or without the function add nothing instead of failing the call.</summary>
    public bool BatchSkipsUnknownMembers { get; init; }
    /// <summary>externalcontact/get of a customer whose followers are all out of sight.</summary>
    public UnseenFollowers UnseenFollowers { get; init; } = UnseenFollowers.Refused;
    /// <summary>externalcontact/get of somebody whom nobody has added: a stranger in a group.</summary>
    public int StrangerCode { get; init; } = 84061;
    /// <summary><c>gender</c> as text, as some have seen it.</summary>
    public bool GenderIsText { get; init; }
    /// <summary>Members without a licence: all of a batch 701008, some <c>fail_info</c>.</summary>
    public ImmutableArray<string> UnlicensedUsers { get; init; } = [];

    /// <summary>Relations in one answer of externalcontact/batch/get_by_user, however many more were asked for.</summary>
    public int FollowsPerPage { get; init; } = 100;
    /// <summary>Followers in one answer of externalcontact/get.</summary>
    public int FollowersPerPage { get; init; } = 500;
    public CursorPaging Paging { get; init; } = CursorPaging.Snapshot;
    /// <summary>A batch is in no order that one could see, instead of member by member and oldest first.</summary>
    public bool ShufflesBatches { get; init; } = true;
    public TimeSpan CursorLifetime { get; init; } = TimeSpan.FromHours(4);
    /// <summary>A cursor that is unknown, too old, or belongs to another list of members.</summary>
    public int BadCursorCode { get; init; } = 40058;

    /// <summary>A new relation cannot be read for so long, though its event has been sent.</summary>
    public TimeSpan DataLag { get; init; }
    /// <summary>externalcontact/get still shows a member who deleted the customer for so long.</summary>
    public TimeSpan StaleFollowerFor { get; init; }
    /// <summary>A customer added again after a deletion has the data of the first time.</summary>
    public bool ReaddingKeepsData { get; init; }

    /// <summary>groupchat/get and groupchat/list show groups as they were so long ago.</summary>
    public TimeSpan ChatLag { get; init; }
    /// <summary>A group that does not exist, was dismissed, or has an owner out of sight.</summary>
    public int UnknownChatCode { get; init; } = 90501;
    /// <summary>groupchat/list without named owners, when more people than this are visible: 81017.</summary>
    public int MostChatOwners { get; init; } = 1000;

    /// <summary>get_jsapi_ticket, per company; more are answered 45009. 0: no limit.</summary>
    public int TicketsPerHour { get; init; } = 400;
    /// <summary>Either kind of ticket, per application.</summary>
    public int TicketsPerHourAndApp { get; init; } = 100;
}

/// <summary>What externalcontact/get answers for a customer whom nobody in sight follows.</summary>
public enum UnseenFollowers
{
    /// <summary>40096.</summary>
    Refused,
    /// <summary>An empty <c>follow_user</c>.</summary>
    Empty,
    /// <summary>No <c>follow_user</c>.</summary>
    Absent,
}
