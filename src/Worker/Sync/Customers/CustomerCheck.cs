using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>
/// The cheap look between two pulls: one call for each of the members who were not looked at for longest compares the ids of their
/// customers with the mirror. It finds what events missed: whoever is new is read, whoever is gone is removed as a pull would.
/// </summary>
internal sealed class CustomerCheck(CustomerRuns runs, CustomerClient client, NpgsqlDataSource dataSource)
{
    /// <summary>Calls of one check; at one check in ten minutes, below a percent of what WeCom allows.</summary>
    public const int Budget = 300;

    private const int CallsInFlight = 2;

    /// <param name="tenantId">Whose customers.</param>
    /// <param name="request">What asked for it.</param>
    /// <param name="budget">The most calls.</param>
    /// <param name="ct">Asks it to stop at the next safe point.</param>
    /// <returns>Null where no pull has been finished yet: there is nothing to compare with.</returns>
    /// <exception cref="MirrorBusyException">Another process reads this tenant's customers.</exception>
    public async Task<SyncReport?> RunAsync(long tenantId, SyncRequest request, int budget, CancellationToken ct)
    {
        var tenant = await runs.FindAsync(tenantId, ct);
        return tenant.State == TenantState.Stopped || !CustomerCaller.Exists(tenant) || !await HasPullAsync(tenantId, ct)
            ? null
            : await runs.RunAsync(tenant, SyncKind.Incremental, request, (pull, stop) => CheckAsync(pull, budget, stop), ct);
    }

    private async Task<bool> HasPullAsync(long tenantId, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        return await connection.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM control.customer_pulls WHERE tenant_id = $1 AND finished_at IS NOT NULL)", [tenantId], ct);
    }

    private async Task CheckAsync(PullSession pull, int budget, CancellationToken ct)
    {
        var stage = await pull.OpenStageAsync(ct);
        await using var connection = stage.Connection;
        pull.Run.Enter("members");
        var members = (await client.ListFollowUsersAsync(pull.Caller, ct)).Where(id => id.Length > 0).ToList();
        var stalest = await StalestAsync(stage, pull.Tenant.Id, members, budget, ct);
        pull.Run.Run.Expected = stalest.Count;
        var unknown = new List<string>();
        foreach (var userId in stalest)
        {
            unknown.AddRange(await CompareAsync(pull, stage, userId, ct));
            pull.Run.Run.Read++;
            pull.Run.Run.ApiCalls = pull.Caller.Counter!.Count;
            if (pull.Caller.Counter.Count + unknown.Count >= budget)
            {
                break;
            }
        }

        pull.Run.Enter("customers");
        var read = await ReadAsync(pull, unknown.Distinct(StringComparer.Ordinal), ct);
        await RemovalProof.KeepOutOfSightAsync(client, pull.Caller, stage, ct);
        var guard = pull.Guard with { AsksAlways = unknown.Count == 0 && await RemovalProof.LeavesNothingAsync(stage, pull.Tenant.Id, ct) };
        await stage.CopyRuleTagsAsync(read.SelectMany(c => c.RuleTags).DistinctBy(t => t.TagId), ct);
        await stage.CopyCustomersAsync(read.Select(c => (c.Contact, c.FetchedAt)), ct);
        await stage.CopyFollowsAsync(
            read.SelectMany(c => c.Follows.DistinctBy(f => f.UserId.ToLowerInvariant())
                .Select(f => new StagedFollow(f.UserId, c.Contact.ExternalUserId, f, c.FetchedAt))), ct);
        await pull.MergeAsync(stage, merge => PrepareAsync(merge, guard, ct), merge => NoteAsync(merge, ct), ct);
    }

    private static Task<IReadOnlyList<string>> StalestAsync(
        CustomerStage stage, long tenantId, IReadOnlyList<string> members, int most, CancellationToken ct) => stage.Connection.TextsAsync("""
        SELECT COALESCE(u.user_id, m.id) FROM unnest($2::text[]) AS m(id)
            LEFT JOIN mirror.users u ON u.tenant_id = $1 AND lower(u.user_id) = lower(m.id)
            LEFT JOIN control.follow_readings r ON r.tenant_id = $1 AND r.user_id = COALESCE(u.user_id, m.id)
        ORDER BY r.checked_at NULLS FIRST, 1 LIMIT $3
        """, [tenantId, members.ToArray(), most], ct);

    /// <summary>Notes whoever is gone, and returns whoever is new.</summary>
    private async Task<IReadOnlyList<string>> CompareAsync(PullSession pull, CustomerStage stage, string userId, CancellationToken ct)
    {
        var askedAt = pull.Run.DatabaseNow;
        IReadOnlyList<string> listed;
        try
        {
            listed = await client.ListCustomersAsync(pull.Caller, userId, ct);
        }
        catch (WeComException refused) when (CustomerFacts.IsOfOne(refused) && refused.Class != WeComErrorClass.Retry)
        {
            pull.Facts.Fail(CustomerTables.Follows.Entity, userId, refused);
            return [];
        }

        await stage.Connection.ExecuteAsync("""
            INSERT INTO gone_follows (user_id, external_user_id, removed_reason, fetched_at) SELECT m.user_id, m.external_user_id, 'missing', $3 FROM mirror.follows m
            WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.removed_at IS NULL AND m.fetched_at < $3 AND m.external_user_id <> ALL($4)
            """, [pull.Tenant.Id, userId, askedAt, listed.ToArray()], ct);
        await stage.Connection.ExecuteAsync("INSERT INTO read_members VALUES ($1) ON CONFLICT DO NOTHING", [userId], ct);
        // What a member deleted a moment ago may still be listed; the derivation sorts that out.
        return await stage.Connection.TextsAsync("""
            INSERT INTO listed_follows SELECT $2, l.id FROM unnest($3::text[]) AS l(id) WHERE NOT EXISTS (
                SELECT FROM mirror.follows m WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.external_user_id = l.id AND m.removed_at IS NULL AND m.visible)
            RETURNING external_user_id
            """, [pull.Tenant.Id, userId, listed.ToArray()], ct);
    }

    private async Task<List<WeComCustomer>> ReadAsync(PullSession pull, IEnumerable<string> externalUserIds, CancellationToken ct)
    {
        var read = new List<WeComCustomer>();
        await Parallel.ForEachAsync(
            externalUserIds,
            new ParallelOptions { MaxDegreeOfParallelism = CallsInFlight, CancellationToken = ct },
            async (id, stop) =>
            {
                try
                {
                    var customer = await client.GetCustomerAsync(pull.Caller, id, stop);
                    lock (read)
                    {
                        read.Add(customer);
                    }
                }
                catch (WeComException refused) when (refused.Class == WeComErrorClass.SkipRow)
                {
                    // Gone since it was listed, or not there yet: the next check looks again.
                }
            });
        return read;
    }

    private static async Task PrepareAsync(Merge merge, RemovalGuard guard, CancellationToken ct)
    {
        await merge.CompareAsync(CustomerTables.Tags, ct);
        await CustomerDerivation.CompareReadAsync(merge, ct);
        await merge.RemoveKnownAsync(CustomerTables.Follows, "SELECT * FROM gone_follows", guard, ct);
        await merge.CompareAsync(CustomerTables.FollowMarks, ct);
        await CustomerDerivation.HideUnfollowedAsync(merge, ct);
    }

    private static Task<int> NoteAsync(Merge merge, CancellationToken ct) => merge.ExecuteAsync("""
        INSERT INTO control.follow_readings AS r (tenant_id, user_id, pull, checked_at) SELECT $1, user_id, 0, now() FROM read_members
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET checked_at = now()
        """, ct);
}
