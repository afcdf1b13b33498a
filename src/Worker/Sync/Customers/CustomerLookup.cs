using WeComSync.Domain.Runs;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>Reads one customer now and tells step by step what WeCom says, what the mirror had and what changed.</summary>
internal sealed class CustomerLookup(CustomerRuns runs, CustomerClient client)
{
    /// <exception cref="MirrorBusyException">Another process reads this tenant's customers.</exception>
    public async Task<SyncReport> RunAsync(long tenantId, SyncRequest request, CancellationToken ct) => await runs.RunAsync(
        await runs.FindAsync(tenantId, ct), SyncKind.OneObject, request, (pull, stop) => LookAsync(pull, request.Object!.Id, stop), ct);

    private async Task LookAsync(PullSession pull, string externalUserId, CancellationToken ct)
    {
        var stage = await pull.OpenStageAsync(ct);
        await using var connection = stage.Connection;
        var known = await connection.TextsAsync("""
            SELECT user_id FROM mirror.follows WHERE tenant_id = $1 AND external_user_id = $2 AND removed_at IS NULL ORDER BY 1
            """, [pull.Tenant.Id, externalUserId], ct);
        pull.Steps.Add(known.Count == 0 ? "Mirror: nobody follows this customer." : $"Mirror: followed by {string.Join(", ", known)}.");

        pull.Run.Enter("get");
        WeComCustomer? customer = null;
        try
        {
            customer = await client.GetCustomerAsync(pull.Caller, externalUserId, ct);
            pull.Steps.Add($"WeCom: a {(customer.Contact.Type == 2 ? "WeCom user of another corp" : "WeChat user")}, "
                + $"{(customer.Contact.Unionid is null ? "without" : "with")} unionid, followed by {Names(customer.Follows.Select(f => f.UserId))}.");
        }
        catch (WeComException absent) when (absent.ErrCode is WeComErrors.NoRelation)
        {
            pull.Steps.Add("WeCom: 84061, nobody follows this customer: the members deleted him, or one has not confirmed him yet.");
        }
        catch (WeComException absent) when (absent.ErrCode is WeComErrors.NotOurCustomer)
        {
            pull.Steps.Add("WeCom: 40096, not a customer of this corp, or followed only by members whom the application does not see.");
        }

        pull.Run.Enter("list");
        var askedAt = pull.Run.DatabaseNow;
        foreach (var userId in known.Where(u => customer?.Follows.Any(f => string.Equals(f.UserId, u, StringComparison.OrdinalIgnoreCase)) != true))
        {
            await AskMemberAsync(pull, stage, userId, externalUserId, askedAt, ct);
        }

        foreach (var userId in await RemovalProof.KeepOutOfSightAsync(client, pull.Caller, stage, ct))
        {
            pull.Steps.Add($"{userId}: WeCom does not count him among the members whose customers may be read, so the relation stays.");
        }

        if (customer is not null)
        {
            await stage.CopyRuleTagsAsync(customer.RuleTags, ct);
            await stage.CopyCustomersAsync([(customer.Contact, customer.FetchedAt)], ct);
            await stage.CopyFollowsAsync(
                customer.Follows.DistinctBy(f => f.UserId.ToLowerInvariant())
                    .Select(f => new StagedFollow(f.UserId, externalUserId, f, customer.FetchedAt)), ct);
        }

        await MergeAsync(pull, stage, ct);
    }

    /// <summary>A member whom WeCom no longer names may be out of sight; his own list tells.</summary>
    private async Task AskMemberAsync(
        PullSession pull, CustomerStage stage, string userId, string externalUserId, DateTimeOffset askedAt, CancellationToken ct)
    {
        try
        {
            if ((await client.ListCustomersAsync(pull.Caller, userId, ct)).Contains(externalUserId, StringComparer.Ordinal))
            {
                pull.Steps.Add($"{userId}: still has the customer in his list; the relation stays.");
                return;
            }

            pull.Steps.Add($"{userId}: no longer has the customer in his list.");
            await stage.Connection.ExecuteAsync(
                "INSERT INTO gone_follows (user_id, external_user_id, removed_reason, fetched_at) VALUES ($1, $2, 'missing', $3)", [userId, externalUserId, askedAt], ct);
        }
        catch (WeComException refused) when (CustomerFacts.IsOfOne(refused))
        {
            pull.Steps.Add($"{userId}: cannot be asked, the relation stays. {refused.Message}");
        }
    }

    private static async Task MergeAsync(PullSession pull, CustomerStage stage, CancellationToken ct)
    {
        pull.Run.Enter("merge");
        await pull.MergeAsync(
            stage,
            async merge =>
            {
                await merge.CompareAsync(CustomerTables.Tags, ct);
                await CustomerDerivation.CompareReadAsync(merge, ct);
                await merge.RemoveKnownAsync(CustomerTables.Follows, "SELECT * FROM gone_follows", ct);
                await merge.CompareAsync(CustomerTables.FollowMarks, ct);
                await CustomerDerivation.HideUnfollowedAsync(merge, ct);
            },
            checkpoint: null,
            ct);
        pull.Steps.Add(RunEnding.Compared(pull.Facts.Planned.Count, pull.DryRun));
    }

    private static string Names(IEnumerable<string> userIds) => string.Join(", ", userIds) is { Length: > 0 } names ? names : "nobody in sight";
}
