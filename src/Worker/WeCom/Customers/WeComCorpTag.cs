using System.Text.Json.Serialization;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Customers;

/// <summary>企业标签组 with its tags.</summary>
internal sealed record WeComCorpTagGroup
{
    [JsonConverter(typeof(IdConverter))]
    public string? GroupId { get; init; }

    public string? GroupName { get; init; }

    public long? CreateTime { get; init; }

    /// <summary>0 to 2³²−1, larger first.</summary>
    public long? Order { get; init; }

    [JsonPropertyName("tag"), JsonConverter(typeof(WholeListConverter<WeComCorpTag>))]
    public WeComCorpTag[]? Tags { get; init; }
}

/// <summary>企业标签.</summary>
internal sealed record WeComCorpTag
{
    [JsonConverter(typeof(IdConverter))]
    public string? Id { get; init; }

    public string? Name { get; init; }

    public long? CreateTime { get; init; }

    /// <summary>0 to 2³²−1, larger first.</summary>
    public long? Order { get; init; }
}

/// <summary>All corp tags of the corp.</summary>
/// <param name="Groups">Every live one.</param>
/// <param name="FetchedAt">When the request was sent.</param>
internal sealed record WeComCorpTags(IReadOnlyList<WeComCorpTagGroup> Groups, DateTimeOffset FetchedAt);
