using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom;

/// <summary>通讯录标签, a contact tag.</summary>
internal sealed record WeComTag
{
    /// <summary>0 is a valid id; null when WeCom sent none: such a row cannot be stored.</summary>
    [JsonPropertyName("tagid")]
    public long? Id { get; init; }

    [JsonPropertyName("tagname")]
    public string? Name { get; init; }

    /// <summary>When the request was sent.</summary>
    [JsonIgnore]
    public DateTimeOffset FetchedAt { get; set; }
}
