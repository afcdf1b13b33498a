using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Customers;

/// <summary>
/// One member's relation to a customer, as <c>get</c> (<c>tags</c> with names) or <c>batch/get_by_user</c> (<c>tag_id</c>, no personal
/// tags) returns it. Null: not returned.
/// </summary>
internal sealed record WeComFollow
{
    /// <summary>Empty when WeCom sent none: such a row cannot be stored.</summary>
    [JsonPropertyName("userid"), JsonConverter(typeof(IdConverter))]
    public string UserId { get; init => field = value ?? ""; } = "";

    public string? Remark { get; init; }

    public string? Description { get; init; }

    /// <summary>Unix seconds.</summary>
    public long? Createtime { get; init; }

    /// <summary>Of <c>batch/get_by_user</c>: corp tags and rule tags.</summary>
    [JsonPropertyName("tag_id")]
    public string[]? TagIds { get; init; }

    /// <summary>Of <c>get</c>: with the member's own tags, which have no id.</summary>
    public WeComFollowTag[]? Tags { get; init; }

    public string? RemarkCorpName { get; init; }

    public string[]? RemarkMobiles { get; init; }

    public short? AddWay { get; init; }

    [JsonPropertyName("oper_userid")]
    public string? OperUserId { get; init; }

    public string? State { get; init; }

    /// <summary>JSON object without insignificant white space; safe for <c>jsonb</c>.</summary>
    [JsonConverter(typeof(JsonObjectTextConverter))]
    public string? WechatChannels { get; init => field = Stored(value, "wechat_channels"); }

    [JsonIgnore]
    public DateTimeOffset? FollowedAt => WeComTime.Of(Createtime);

    /// <summary>Corp tags and rule tags, sorted; null if neither form was returned.</summary>
    [JsonIgnore]
    public string[]? SortedTagIds => TagIds is not null ? Sorted(TagIds)
        : Tags is null ? null
        : Sorted(Tags.Where(t => t.Type is not WeComFollowTag.Personal).Select(t => t.TagId).OfType<string>());

    /// <summary>The member's own tags, sorted; null if this form of answer does not tell them.</summary>
    [JsonIgnore]
    public string[]? PersonalTags => Tags is null ? null
        : Sorted(Tags.Where(t => t.Type is WeComFollowTag.Personal).Select(t => t.TagName).OfType<string>());

    /// <summary>The field that could not be stored and counts as not returned; null if there is none.</summary>
    [JsonIgnore]
    public string? Unstorable { get; private set; }

    /// <summary>Nothing of a person reaches a log by accident.</summary>
    public override string ToString() => $"{nameof(WeComFollow)} {UserId}";

    private string? Stored(string? json, string field)
    {
        if (json is not JsonObjectTextConverter.Unstorable)
        {
            return json;
        }

        Unstorable = field;
        return null;
    }

    private static string[] Sorted(IEnumerable<string> texts) =>
        [.. texts.Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>A tag on a relation.</summary>
internal sealed record WeComFollowTag
{
    /// <summary>A member's own tag.</summary>
    public const short Personal = 2;

    /// <summary>A tag of a rule group (规则组).</summary>
    public const short OfRule = 3;

    public string? GroupName { get; init; }

    public string? TagName { get; init; }

    /// <summary>1 corp tag, <see cref="Personal"/>, <see cref="OfRule"/>.</summary>
    public short? Type { get; init; }

    public string? TagId { get; init; }
}
