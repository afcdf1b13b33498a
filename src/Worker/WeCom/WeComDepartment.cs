using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom;

/// <summary>A department as an application sees it. Null: not returned; <c>""</c> or <c>[]</c>: returned empty.</summary>
internal sealed record WeComDepartment
{
    /// <summary>Up to 2³²−1; the root is 1. 0 when WeCom sent no id: such a row cannot be stored.</summary>
    public long Id { get; init; }

    public string? Name { get; init; }

    public string? NameEn { get; init; }

    /// <summary>User ids of the leaders inside the visible range.</summary>
    [JsonPropertyName("department_leader")]
    public string[]? Leaders { get; init; }

    /// <summary>0 for the root; may name a department outside the visible range.</summary>
    [JsonPropertyName("parentid")]
    public long? ParentId { get; init; }

    /// <summary>0 to 2³²−1 among siblings, larger first.</summary>
    public long? Order { get; init; }

    /// <summary>When the request was sent.</summary>
    [JsonIgnore]
    public DateTimeOffset FetchedAt { get; set; }
}
