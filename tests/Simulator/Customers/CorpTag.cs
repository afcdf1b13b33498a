using System.Collections.Immutable;

namespace WeComSync.Simulator.Customers;

/// <summary>A corp tag (企业标签) or, with an id <c>st…</c>, a tag of a rule group (规则组).</summary>
/// <param name="Order">0 to 2³²−1; larger comes first.</param>
public sealed record CorpTag(string Id, string Name, long CreateTime, long Order, bool IsDeleted = false);

/// <summary>A group of corp tags.</summary>
/// <param name="IsRule">A rule group: its tags are on customers, but get_corp_tag_list does not know them.</param>
public sealed record CorpTagGroup(
    string Id, string Name, long CreateTime, long Order, ImmutableArray<CorpTag> Tags, bool IsRule = false, bool IsDeleted = false);
