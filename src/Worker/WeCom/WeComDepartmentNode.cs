using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom;

/// <summary>A department without its name, as contact sync sees it. Parents may come later, or not at all.</summary>
internal sealed record WeComDepartmentNode
{
    /// <summary>Up to 2³²−1; the root is 1. 0 when WeCom sent no id: such a row cannot be stored.</summary>
    public long Id { get; init; }

    /// <summary>0 for the root; may name a department that is not in the list.</summary>
    [JsonPropertyName("parentid")]
    public long? ParentId { get; init; }

    /// <summary>0 to 2³²−1 among siblings, larger first.</summary>
    public long? Order { get; init; }

    /// <summary>When the request was sent.</summary>
    [JsonIgnore]
    public DateTimeOffset FetchedAt { get; set; }
}
