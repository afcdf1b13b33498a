using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom;

/// <summary>
/// A member as one credential sees it. Null: not returned (absent, null, or of a type that cannot be read);
/// <c>""</c> or <c>[]</c>: returned empty.
/// </summary>
internal sealed record WeComUser : IReply
{
    /// <summary>As it was spelled at creation; compared without case. Empty when WeCom sent none: such a row cannot be stored.</summary>
    [JsonPropertyName("userid"), JsonConverter(typeof(IdConverter))]
    public string UserId { get; init => field = value ?? ""; } = "";

    public string? Name { get; init; }

    public string? Alias { get; init; }

    public string? EnglishName { get; init; }

    public string? Position { get; init; }

    public string? Mobile { get; init; }

    public string? Email { get; init; }

    public string? BizMail { get; init; }

    /// <summary>0 unknown or hidden, 1 male, 2 female.</summary>
    public short? Gender { get; init; }

    public string? Avatar { get; init; }

    public string? ThumbAvatar { get; init; }

    public string? QrCode { get; init; }

    public string? Telephone { get; init; }

    public string? Address { get; init; }

    /// <summary>1 activated, 2 disabled, 4 not activated, 5 left the corp.</summary>
    public short? Status { get; init; }

    public long? MainDepartment { get; init; }

    /// <summary>The departments that the credential may see; 0 where WeCom sent something that is no id.</summary>
    [JsonPropertyName("department")]
    public long[]? Departments { get; init; }

    /// <summary>Per entry of <see cref="Departments"/>, 0 to 2³²−1, larger first. The lengths can differ.</summary>
    public long[]? Order { get; init; }

    /// <summary>Per entry of <see cref="Departments"/>, 1 for a leader. The lengths can differ.</summary>
    [JsonPropertyName("is_leader_in_dept")]
    public int[]? IsLeaderInDepartment { get; init; }

    /// <summary>User ids inside the visible range.</summary>
    [JsonPropertyName("direct_leader")]
    public string[]? DirectLeaders { get; init; }

    /// <summary>JSON object without insignificant white space; safe for <c>jsonb</c>.</summary>
    [JsonConverter(typeof(JsonObjectTextConverter))]
    public string? Extattr { get; init => field = Stored(value, "extattr"); }

    public string? ExternalPosition { get; init; }

    /// <summary>JSON object without insignificant white space; safe for <c>jsonb</c>.</summary>
    [JsonConverter(typeof(JsonObjectTextConverter))]
    public string? ExternalProfile { get; init => field = Stored(value, "external_profile"); }

    public string? OpenUserid { get; init; }

    /// <summary>The field that could not be stored and counts as not returned; null if there is none.</summary>
    [JsonIgnore]
    public string? Unstorable { get; private set; }

    /// <summary>When the request was sent.</summary>
    [JsonIgnore]
    public DateTimeOffset FetchedAt { get; set; }

    bool IReply.HasContent => UserId.Length > 0;

    /// <summary>Nothing of a person reaches a log by accident.</summary>
    public override string ToString() => $"{nameof(WeComUser)} {UserId}";

    private string? Stored(string? json, string field)
    {
        if (json is not JsonObjectTextConverter.Unstorable)
        {
            return json;
        }

        Unstorable = field;
        return null;
    }
}
