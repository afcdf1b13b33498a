using WeComSync.Domain.Directory;

namespace WeComSync.Domain.Customers;

/// <summary>企业标签组.</summary>
public sealed class CorpTagGroup : MirroredRow
{
    public required string GroupId { get; init; }

    public string? Name { get; init; }

    /// <summary>0 to 2³²−1, larger first.</summary>
    public long? SortOrder { get; init; }

    /// <summary>When it was made in WeCom.</summary>
    public DateTimeOffset? MadeAt { get; init; }
}

/// <summary>企业标签: a tag that members give customers.</summary>
public sealed class CorpTag : MirroredRow
{
    public required string TagId { get; init; }

    /// <summary>Null for a rule tag, whose group WeCom does not name by id.</summary>
    public string? GroupId { get; init; }

    public string? Name { get; init; }

    /// <summary>0 to 2³²−1 within the group, larger first.</summary>
    public long? SortOrder { get; init; }

    /// <summary>When it was made in WeCom.</summary>
    public DateTimeOffset? MadeAt { get; init; }

    /// <summary>1 corp tag, 3 tag of a rule group (规则组).</summary>
    public short Type { get; init; }
}
