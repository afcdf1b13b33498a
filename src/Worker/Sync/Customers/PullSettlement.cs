using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>
/// The last step of a pull: decides over what it did not see. A relation is gone only if its member was read to the end, is still seen
/// now, and his own list lacks the customer too; and if the guard agrees. A member who is out of sight proves nothing: his relations
/// stay and are marked, unless the list of members had a hole, which may be he: then nothing is decided.
/// </summary>
/// <remarks>
/// The list is asked because pages may shift while customers come and go, so one reading may miss somebody, and because a member may
/// leave the range in mid-reading, after which his customers are left out without an error.
/// </remarks>
/// <param name="client">WeCom.</param>
/// <param name="session">The pull.</param>
/// <param name="spelling">User ids as the mirror spells them.</param>
internal sealed class PullSettlement(CustomerClient client, PullSession session, Func<string, string> spelling)
{
    /// <summary>
    /// Members asked between two looks at who is seen. What their lists prove is noted then, so a run that is killed has asked no more in
    /// vain; one look costs one call.
    /// </summary>
    private const int MembersBetweenLooks = 40;

    /// <summary>Whoever the mirror follows and the credential does not see; the members are found by leaps through the index.</summary>
    private const string HideOutOfSight = """
        INSERT INTO stage_follows_beside (user_id, external_user_id, visible, fetched_at)
        WITH RECURSIVE members AS (
            SELECT min(user_id) AS user_id FROM mirror.follows WHERE tenant_id = $1
            UNION ALL
            SELECT (SELECT min(f.user_id) FROM mirror.follows f WHERE f.tenant_id = $1 AND f.user_id > m.user_id)
            FROM members m WHERE m.user_id IS NOT NULL)
        SELECT f.user_id, f.external_user_id, false, now()
        FROM members m JOIN mirror.follows f ON f.tenant_id = $1 AND f.user_id = m.user_id
        WHERE f.removed_at IS NULL AND f.visible AND NOT EXISTS (SELECT FROM read_members r WHERE r.user_id = m.user_id)
        """;

    private const string AddGone = """
        INSERT INTO gone_follows (user_id, external_user_id, removed_reason, fetched_at)
        SELECT user_id, external_user_id, 'missing', listed_at FROM unseen
        """;

    public async Task RunAsync(CancellationToken ct)
    {
        var stage = await session.OpenStageAsync(ct);
        await using var connection = stage.Connection;
        var listed = await client.ListFollowUsersAsync(session.Caller, ct);
        session.Facts.LookForHoles(listed);
        var visible = listed.Select(spelling).ToHashSet(StringComparer.Ordinal);
        await connection.ExecuteAsync("INSERT INTO read_members SELECT unnest($1::text[])", [visible.ToArray()], ct);
        await FillUnseenAsync(stage, ct);
        if (!session.Facts.MembersHaveHole)
        {
            await ConfirmUnseenAsync(stage, ct);
        }

        var guard = session.Guard with { AsksAlways = await NothingIsLeftAsync(stage, ct) };
        if (guard.AsksAlways && await connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM gone_follows)", [], ct))
        {
            session.Facts.WarnOfNothing(CustomerTables.Follows.Entity);
        }

        await session.MergeAsync(
            stage,
            async merge =>
            {
                if (!session.Facts.MembersHaveHole)
                {
                    await merge.ExecuteAsync(HideOutOfSight, ct);
                }

                await merge.CompareAsync(CustomerTables.Follows, ct);
                await merge.RemoveKnownAsync(CustomerTables.Follows, "SELECT * FROM gone_follows", guard, ct);
                await merge.CompareAsync(CustomerTables.FollowMarks, ct);
                await CustomerDerivation.HideUnfollowedAsync(merge, ct);
            },
            merge => PullCheckpoint.FinishAsync(merge, ct),
            ct);
    }

    private async Task FillUnseenAsync(CustomerStage stage, CancellationToken ct)
    {
        if (session.DryRun)
        {
            var rows = session.Unseen.ToList();
            await stage.Connection.ExecuteAsync(
                "INSERT INTO unseen SELECT *, false FROM unnest($1::text[], $2::text[], $3::timestamptz[])",
                [rows.Select(r => r.UserId).ToArray(), rows.Select(r => r.ExternalUserId).ToArray(), rows.Select(r => r.ListedAt.ToUniversalTime()).ToArray()],
                ct);
        }
        else
        {
            await stage.Connection.ExecuteAsync(
                "INSERT INTO unseen SELECT user_id, external_user_id, listed_at, confirmed_at IS NOT NULL FROM control.unseen_follows WHERE tenant_id = $1",
                [session.Tenant.Id], ct);
        }

        await stage.Connection.ExecuteAsync("ANALYZE unseen", [], ct);
    }

    /// <summary>Of nobody who is seen a single customer was read: a person says whether that is true.</summary>
    private async Task<bool> NothingIsLeftAsync(CustomerStage stage, CancellationToken ct) =>
        session.Facts.Counts.GetValueOrDefault(CustomerTables.Follows.Entity, new KindCounts()).Read == 0
        && (!session.Resumed || await RemovalProof.LeavesNothingAsync(stage, session.Tenant.Id, ct));

    private async Task ConfirmUnseenAsync(CustomerStage stage, CancellationToken ct)
    {
        await stage.Connection.ExecuteAsync($"{AddGone} WHERE confirmed", [], ct);
        var members = await stage.Connection.TextsAsync(
            "SELECT DISTINCT u.user_id FROM unseen u JOIN read_members r ON r.user_id = u.user_id WHERE NOT u.confirmed", [], ct);
        foreach (var batch in members.Chunk(MembersBetweenLooks))
        {
            foreach (var userId in batch)
            {
                await ConfirmAsync(stage, userId, ct);
            }

            await RemovalProof.KeepOutOfSightAsync(client, session.Caller, stage, ct);
            await PullCheckpoint.ConfirmAsync(session, stage.Connection, ct);
        }

        if (members.Count == 0)
        {
            await RemovalProof.KeepOutOfSightAsync(client, session.Caller, stage, ct);
        }
    }

    private async Task ConfirmAsync(CustomerStage stage, string userId, CancellationToken ct)
    {
        IReadOnlyList<string> customers;
        try
        {
            customers = await client.ListCustomersAsync(session.Caller, userId, ct);
        }
        catch (WeComException refused) when (CustomerFacts.IsOfOne(refused))
        {
            session.Facts.Fail(CustomerTables.Follows.Entity, userId, refused.ErrCode,
                SyncTexts.CustomersNotListed.With(userId, refused.Message));
            return;
        }

        await stage.Connection.ExecuteAsync(
            $"{AddGone} WHERE NOT confirmed AND user_id = $1 AND external_user_id <> ALL($2)", [userId, customers.ToArray()], ct);
    }
}
