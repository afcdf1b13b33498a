using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.WeCom.Json;

// What the customers' endpoints take and answer. Every part of an answer may be missing.

internal sealed record FollowUsersReply([property: JsonConverter(typeof(WholeTextListConverter))] string[]? FollowUser) : IReply
{
    public bool HasContent => FollowUser is not null;
}

internal sealed record ExternalUserIdsReply([property: JsonPropertyName("external_userid"), JsonConverter(typeof(WholeTextListConverter))] string[]? ExternalUserIds) : IReply
{
    public bool HasContent => ExternalUserIds is not null;
}

internal sealed record CustomerReply(
    [property: JsonConverter(typeof(RowConverter<WeComExternalContact>))] WeComExternalContact? ExternalContact,
    WeComFollow[]? FollowUser,
    string? NextCursor) : IReply
{
    public bool HasContent => ExternalContact is not null;
}

internal sealed record FollowsRequest([property: JsonPropertyName("userid_list")] IReadOnlyList<string> UserIds, string Cursor, int Limit);

internal sealed record FollowsReply(
    [property: JsonConverter(typeof(WholeListConverter<FollowRow>))] FollowRow[]? ExternalContactList,
    string? NextCursor,
    [property: JsonConverter(typeof(RowConverter<FollowsFailInfo>))] FollowsFailInfo? FailInfo) : IReply
{
    public bool HasContent => ExternalContactList is not null;
}

internal sealed record FollowRow(
    [property: JsonConverter(typeof(RowConverter<WeComExternalContact>))] WeComExternalContact? ExternalContact,
    [property: JsonConverter(typeof(RowConverter<WeComFollow>))] WeComFollow? FollowInfo);

internal sealed record FollowsFailInfo([property: JsonPropertyName("unlicensed_userid_list")] string[]? Unlicensed);

internal sealed record CorpTagsRequest;

internal sealed record CorpTagsReply([property: JsonConverter(typeof(WholeListConverter<WeComCorpTagGroup>))] WeComCorpTagGroup[]? TagGroup) : IReply
{
    public bool HasContent => TagGroup is not null;
}

internal sealed record GroupChatsRequest(int StatusFilter, GroupChatOwners OwnerFilter, string Cursor, int Limit);

internal sealed record GroupChatOwners([property: JsonPropertyName("userid_list")] IReadOnlyList<string> UserIds);

internal sealed record GroupChatsReply([property: JsonConverter(typeof(WholeListConverter<WeComGroupChatEntry>))] WeComGroupChatEntry[]? GroupChatList, string? NextCursor) : IReply
{
    public bool HasContent => GroupChatList is not null;
}

internal sealed record GroupChatRequest(string ChatId, int NeedName);

internal sealed record GroupChatReply([property: JsonConverter(typeof(RowConverter<WeComGroupChat>))] WeComGroupChat? GroupChat) : IReply
{
    public bool HasContent => GroupChat is not null;
}

internal sealed record TicketReply(string? Ticket, long? ExpiresIn) : IReply
{
    public bool HasContent => !string.IsNullOrEmpty(Ticket);

    public override string ToString() => nameof(TicketReply);
}
