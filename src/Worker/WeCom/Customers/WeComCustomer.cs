namespace WeComSync.Worker.WeCom.Customers;

/// <summary>A customer with every follower that the credential sees.</summary>
/// <param name="Contact">The person.</param>
/// <param name="Follows">All pages.</param>
/// <param name="FetchedAt">When the first request was sent.</param>
internal sealed record WeComCustomer(WeComExternalContact Contact, IReadOnlyList<WeComFollow> Follows, DateTimeOffset FetchedAt)
{
    /// <summary>Tags of rule groups (规则组) on the relations, each once; no list tells their names.</summary>
    public IEnumerable<(string TagId, string? Name, DateTimeOffset FetchedAt)> RuleTags => Follows
        .SelectMany(f => f.Tags ?? []).Where(t => t.Type == WeComFollowTag.OfRule && !string.IsNullOrEmpty(t.TagId))
        .DistinctBy(t => t.TagId).Select(t => (t.TagId!, t.TagName, FetchedAt));
}

/// <summary>One page of relations.</summary>
/// <param name="Rows">One for each member and customer.</param>
/// <param name="Unlicensed">Members whom WeCom left out because they lack an interop licence.</param>
/// <param name="Holes">Entries that name no member or no customer.</param>
/// <param name="FetchedAt">When the request was sent.</param>
internal sealed record WeComFollowPage(IReadOnlyList<WeComFollowRow> Rows, IReadOnlyList<string> Unlicensed, int Holes, DateTimeOffset FetchedAt);

/// <summary>A member's customer.</summary>
/// <param name="ExternalContact">The person, repeated for each of the members.</param>
/// <param name="FollowInfo">The relation.</param>
internal sealed record WeComFollowRow(WeComExternalContact ExternalContact, WeComFollow FollowInfo);
