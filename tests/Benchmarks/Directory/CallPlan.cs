namespace WeComSync.Benchmarks.Directory;

/// <summary>The fewest calls that tell the whole directory: design §4.1.</summary>
internal static class CallPlan
{
    private const int ListPage = 10_000;

    /// <param name="memberships">Rows of <c>user/list_id</c>.</param>
    /// <param name="tags">Contact tags.</param>
    /// <param name="tokens">Tokens that are still to be fetched: two on the first run.</param>
    public static IReadOnlyDictionary<string, int> Minimum(long memberships, long tags, int tokens)
    {
        var plan = new Dictionary<string, int>
        {
            ["gettoken"] = tokens,
            ["department/simplelist"] = 1,
            ["user/list_id"] = (int)Math.Max(1, (memberships + ListPage - 1) / ListPage),
            ["agent/get"] = 1,
            ["department/list"] = 1,
            ["user/list"] = 1,
            ["tag/list"] = 1,
            ["tag/get"] = (int)tags,
        };
        return plan.Where(call => call.Value > 0).ToDictionary();
    }
}
