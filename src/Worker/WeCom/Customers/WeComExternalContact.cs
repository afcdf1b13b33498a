using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Customers;

/// <summary>A customer as the credential sees it. Null: not returned; <c>""</c>: returned empty.</summary>
internal sealed record WeComExternalContact
{
    /// <summary>Empty when WeCom sent none: such a row cannot be stored.</summary>
    [JsonPropertyName("external_userid"), JsonConverter(typeof(IdConverter))]
    public string ExternalUserId { get; init => field = value ?? ""; } = "";

    public string? Name { get; init; }

    /// <summary>1 WeChat user, 2 WeCom user of another corp.</summary>
    public short? Type { get; init; }

    /// <summary>0 unknown, 1 male, 2 female.</summary>
    public short? Gender { get; init; }

    public string? Avatar { get; init; }

    /// <summary>An empty one is one that was not returned: nobody's unionid is taken back.</summary>
    [JsonConverter(typeof(IdConverter))]
    public string? Unionid { get; init => field = string.IsNullOrEmpty(value) ? null : value; }

    public string? Position { get; init; }

    public string? CorpName { get; init; }

    public string? CorpFullName { get; init; }

    /// <summary>JSON object without insignificant white space; safe for <c>jsonb</c>.</summary>
    [JsonConverter(typeof(JsonObjectTextConverter))]
    public string? ExternalProfile { get; init => field = Stored(value, "external_profile"); }

    /// <summary>The field that could not be stored and counts as not returned; null if there is none.</summary>
    [JsonIgnore]
    public string? Unstorable { get; private set; }

    /// <summary>Nothing of a person reaches a log by accident.</summary>
    public override string ToString() => $"{nameof(WeComExternalContact)} {ExternalUserId}";

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
