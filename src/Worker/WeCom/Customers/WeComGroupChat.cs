using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Customers;

/// <summary>客户群. Null: not returned.</summary>
internal sealed record WeComGroupChat
{
    public string? ChatId { get; init; }

    public string? Name { get; init; }

    public string? Owner { get; init; }

    public long? CreateTime { get; init; }

    public string? Notice { get; init; }

    [JsonPropertyName("member_list"), JsonConverter(typeof(WholeListConverter<WeComGroupChatMember>))]
    public WeComGroupChatMember[]? Members { get; init; }

    [JsonPropertyName("admin_list")]
    public UserIdRow[]? Admins { get; init; }

    public string? MemberVersion { get; init; }

    /// <summary>From the list: 0 normal, 1 owner left, 2 handover running, 3 handed over. Null: not listed.</summary>
    [JsonIgnore]
    public short? Status { get; set; }

    /// <summary>When the request was sent.</summary>
    [JsonIgnore]
    public DateTimeOffset FetchedAt { get; set; }

    /// <summary>Nothing of a chat reaches a log by accident.</summary>
    public override string ToString() => $"{nameof(WeComGroupChat)} {ChatId}";
}

/// <summary>Somebody in a group chat. <see cref="UserId"/> is an external user id for outsiders.</summary>
internal sealed record WeComGroupChatMember
{
    [JsonPropertyName("userid"), JsonConverter(typeof(IdConverter))]
    public string? UserId { get; init; }

    /// <summary>1 member of the corp, 2 outsider, who need not be anybody's customer.</summary>
    public short? Type { get; init; }

    [JsonConverter(typeof(IdConverter))]
    public string? Unionid { get; init => field = string.IsNullOrEmpty(value) ? null : value; }

    public long? JoinTime { get; init; }

    /// <summary>1 invited, 2 by invitation link, 3 by QR code.</summary>
    public short? JoinScene { get; init; }

    [JsonConverter(typeof(RowConverter<UserIdRow>))]
    public UserIdRow? Invitor { get; init; }

    public string? GroupNickname { get; init; }

    public string? Name { get; init; }

    public string? State { get; init; }
}

/// <summary>An entry of the list of group chats.</summary>
/// <param name="ChatId">Null when WeCom sent none.</param>
/// <param name="Status">0 normal, 1 owner left, 2 handover running, 3 handed over.</param>
internal sealed record WeComGroupChatEntry([property: JsonConverter(typeof(IdConverter))] string? ChatId, short? Status);
