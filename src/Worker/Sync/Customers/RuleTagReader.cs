using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>
/// Names the rule tags (规则组) that a pull met. The list of corp tags leaves them out and members' relations have their ids alone, so
/// one customer who carries them is read. Their groups have a name there and no id, so they are not mirrored.
/// </summary>
/// <param name="client">WeCom.</param>
/// <param name="session">The pull.</param>
internal sealed class RuleTagReader(CustomerClient client, PullSession session)
{
    /// <summary>Calls that names may cost in one pull; the next one goes on.</summary>
    private const int MostCalls = 50;

    public async Task ReadAsync(CancellationToken ct)
    {
        var named = new Dictionary<string, (string TagId, string? Name, DateTimeOffset FetchedAt)>(StringComparer.Ordinal);
        var calls = 0;
        foreach (var (tagId, externalUserId) in session.UnnamedTags.InTurn)
        {
            if (named.ContainsKey(tagId))
            {
                continue;
            }

            if (calls++ == MostCalls || !await AskAsync(externalUserId, named, ct))
            {
                break;
            }
        }

        if (named.Count == 0)
        {
            return;
        }

        var stage = await session.OpenStageAsync(ct);
        await using var connection = stage.Connection;
        await stage.CopyRuleTagsAsync(named.Values, ct);
        await session.MergeAsync(stage, merge => merge.CompareAsync(CustomerTables.Tags, ct), checkpoint: null, ct);
    }

    /// <returns>Whether it is worth while to ask for others.</returns>
    private async Task<bool> AskAsync(
        string externalUserId, Dictionary<string, (string TagId, string? Name, DateTimeOffset FetchedAt)> named, CancellationToken ct)
    {
        try
        {
            foreach (var tag in (await client.GetCustomerAsync(session.Caller, externalUserId, ct)).RuleTags)
            {
                named.TryAdd(tag.TagId, tag);
            }

            return true;
        }
        catch (WeComException refused) when (CustomerFacts.IsOfOne(refused))
        {
            // Gone since, or WeCom is away: a name is no reason to call a pull incomplete.
            return refused.Class != WeComErrorClass.Retry;
        }
    }
}
