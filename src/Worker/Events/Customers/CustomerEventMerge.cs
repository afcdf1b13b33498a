using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;

namespace WeComSync.Worker.Events.Customers;

/// <summary>Writes what events changed of the customers, and ends the events, in one transaction: the same merge that a pull's parts end with.</summary>
/// <param name="stage">On the connection that carries it.</param>
/// <param name="claim">Says whose events they are.</param>
internal sealed class CustomerEventMerge(CustomerStage stage, Claim claim)
{
    private const string MarkDeletions = """
        INSERT INTO stage_follows_beside (user_id, external_user_id, deleted_by_customer_at, fetched_at)
        SELECT u, e, CASE WHEN back THEN '-infinity' ELSE at END, CASE WHEN back THEN now() ELSE LEAST(at, now()) END
        FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[]) AS d(u, e, at, back)
        """;

    /// <summary>A relation that only its end tells of has a customer too.</summary>
    private const string NameCustomers = """
        INSERT INTO stage_customers (external_user_id, fetched_at)
        SELECT DISTINCT b.external_user_id, b.fetched_at FROM stage_follows_beside b
        WHERE NOT EXISTS (SELECT FROM mirror.customers c WHERE c.tenant_id = $1 AND c.external_user_id = b.external_user_id)
          AND NOT EXISTS (SELECT FROM stage_customers s WHERE s.external_user_id = b.external_user_id)
        """;

    /// <summary>A relation that begins in this merge takes its mark with it.</summary>
    private const string MarkNew = """
        UPDATE stage_follows s SET deleted_by_customer_at = b.deleted_by_customer_at FROM stage_follows_beside b
        WHERE b.user_id = s.user_id AND b.external_user_id = s.external_user_id AND b.deleted_by_customer_at IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM mirror.follows m WHERE m.tenant_id = $1 AND m.user_id = s.user_id AND m.external_user_id = s.external_user_id)
        """;

    private const string ForgetNewMarks = """
        DELETE FROM stage_follows_beside b USING stage_follows s
        WHERE b.user_id = s.user_id AND b.external_user_id = s.external_user_id
          AND NOT EXISTS (
              SELECT FROM mirror.follows m WHERE m.tenant_id = $1 AND m.user_id = s.user_id AND m.external_user_id = s.external_user_id)
        """;

    /// <summary>WeCom tells of a deleted tag or group, not of the customers who carried its tags.</summary>
    private const string DropTags = """
        INSERT INTO stage_follows_beside (user_id, external_user_id, tag_ids, fetched_at)
        SELECT m.user_id, m.external_user_id, ARRAY(SELECT t FROM unnest(m.tag_ids) AS t WHERE t <> ALL(g.ids)), now()
        FROM (SELECT array_agg(tag_id) AS ids FROM gone_corp_tags) g
            JOIN mirror.follows m ON m.tenant_id = $1 AND m.removed_at IS NULL AND m.tag_ids && g.ids
        WHERE NOT EXISTS (SELECT FROM stage_follows s WHERE s.user_id = m.user_id AND s.external_user_id = m.external_user_id)
          AND NOT EXISTS (SELECT FROM stage_follows_beside b WHERE b.user_id = m.user_id AND b.external_user_id = m.external_user_id)
        """;

    /// <exception cref="ClaimLostException">Another process has taken over one of the events; nothing was written.</exception>
    public async Task RunAsync(IReadOnlyList<CustomerEvent> events, CustomerAnswers answers, CancellationToken ct)
    {
        var connection = stage.Connection;
        await using var merge = await Merge.BeginAsync(
            connection, claim.TenantId, MirrorPart.Customers, fence: null, events.MaxBy(e => e.Id)!.Cause, ct);
        await stage.ClearAsync(ct);
        var decisions = CustomerDecisions.Make(events, answers, await CustomerState.ReadAsync(connection, claim.TenantId, events, ct));
        await FillAsync(decisions, ct);
        if (events.Any(e => e.IsOfTags) || decisions.RuleTags.Count > 0)
        {
            await CompareTagsAsync(merge, decisions, ct);
        }

        if (events.Any(e => e.IsOfContact) || decisions.GoneTags.Count > 0)
        {
            await CompareFollowsAsync(merge, ct);
        }

        if (events.Any(e => e.IsOfChat))
        {
            await CompareChatsAsync(merge, ct);
        }

        await merge.ApplyAsync(runId: 0, ct);
        var ids = events.Select(e => e.Id).ToList();
        await EventClaims.EndAsync(connection, claim, ids, EventState.Applied, why: null, runId: null, ct);
        // From here on a stop comes too late: the commit is one message.
        await merge.CommitAsync(CancellationToken.None);
        claim.Close(ids);
    }

    private async Task FillAsync(CustomerDecisions decisions, CancellationToken ct)
    {
        var connection = stage.Connection;
        await connection.ExecuteAsync(
            "INSERT INTO causes SELECT * FROM unnest($1::text[], $2::text[], $3::text[])",
            [decisions.Causes.Keys.Select(c => c.Kind).ToArray(), decisions.Causes.Keys.Select(c => c.Id).ToArray(), decisions.Causes.Values.ToArray()], ct);
        if (decisions.Tags is { } tags)
        {
            await stage.CopyTagsAsync(tags, ct);
        }

        await stage.CopyRuleTagsAsync(decisions.RuleTags.DistinctBy(t => t.TagId), ct);
        await stage.CopyCustomersAsync(decisions.Customers, ct);
        await stage.CopyFollowsAsync(decisions.Follows, ct);
        await stage.CopyChatsAsync(decisions.Chats, ct);
        await connection.ExecuteAsync(
            "INSERT INTO gone_follows SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])",
            [
                decisions.Gone.Select(g => g.UserId).ToArray(), decisions.Gone.Select(g => g.ExternalUserId).ToArray(),
                decisions.Gone.Select(g => g.Reason).ToArray(),
                decisions.Gone.Select(g => g.HappenedAt.ToUniversalTime()).ToArray(), decisions.Gone.Select(g => g.At.ToUniversalTime()).ToArray(),
            ], ct);
        var marks = decisions.DeletedByCustomer;
        await connection.ExecuteAsync(MarkDeletions,
            [
                marks.Select(m => m.UserId).ToArray(), marks.Select(m => m.ExternalUserId).ToArray(),
                marks.Select(m => (m.At ?? DateTimeOffset.UnixEpoch).ToUniversalTime()).ToArray(), marks.Select(m => m.At is null).ToArray(),
            ], ct);
        await connection.ExecuteAsync(
            "INSERT INTO gone_group_chats SELECT * FROM unnest($1::text[], $2::timestamptz[])",
            [decisions.GoneChats.Select(c => c.ChatId).ToArray(), decisions.GoneChats.Select(c => c.At.ToUniversalTime()).ToArray()], ct);
        await connection.ExecuteAsync(
            "INSERT INTO gone_corp_tags SELECT id, now() FROM unnest($1::text[]) AS id", [decisions.GoneTags.ToArray()], ct);
    }

    private static async Task CompareTagsAsync(Merge merge, CustomerDecisions decisions, CancellationToken ct)
    {
        // The group's tags go with it, without an event of their own.
        await merge.ExecuteAsync("""
            INSERT INTO gone_corp_tags SELECT t.tag_id, g.fetched_at FROM gone_corp_tags g
                JOIN mirror.corp_tags t ON t.tenant_id = $1 AND t.group_id = g.tag_id AND t.removed_at IS NULL
            WHERE NOT EXISTS (SELECT FROM stage_corp_tags s WHERE s.tag_id = t.tag_id)
            """, ct);
        if (decisions.Tags is not null)
        {
            await merge.CompareAsync(CustomerTables.TagGroups, ct);
            await merge.RemoveKnownAsync(CustomerTables.TagGroups, "SELECT tag_id AS group_id, fetched_at FROM gone_corp_tags", ct);
        }

        await merge.CompareAsync(CustomerTables.Tags, ct);
        await merge.RemoveKnownAsync(CustomerTables.Tags, "SELECT tag_id, fetched_at FROM gone_corp_tags", ct);
    }

    private static async Task CompareFollowsAsync(Merge merge, CancellationToken ct)
    {
        await merge.ExecuteAsync(DropTags, ct);
        await merge.ExecuteAsync(MarkNew, ct);
        await merge.ExecuteAsync(ForgetNewMarks, ct);
        await merge.ExecuteAsync(NameCustomers, ct);
        await CustomerDerivation.CompareReadAsync(merge, ct);
        await merge.RemoveKnownAsync(CustomerTables.Follows, "SELECT * FROM gone_follows", ct);
        await merge.CompareAsync(CustomerTables.FollowMarks, ct);
        await CustomerDerivation.HideUnfollowedAsync(merge, ct);
    }

    private static async Task CompareChatsAsync(Merge merge, CancellationToken ct)
    {
        await merge.CompareAsync(CustomerTables.Chats, ct);
        await merge.RemoveKnownAsync(CustomerTables.Chats, "SELECT * FROM gone_group_chats", ct);
        await merge.CompareAsync(CustomerTables.ChatMembers, ct);
        await merge.RemoveAlongAsync(CustomerTables.ChatMembers, ct);
        await merge.RemoveKnownAsync(CustomerTables.ChatMembers, """
            SELECT m.chat_id, m.member_id, c.fetched_at
            FROM read_chats r JOIN stage_group_chats c USING (chat_id)
                JOIN mirror.group_chat_members m ON m.tenant_id = $1 AND m.chat_id = r.chat_id
            WHERE NOT EXISTS (SELECT FROM stage_group_chat_members s WHERE s.chat_id = m.chat_id AND s.member_id = m.member_id)
            """, ct);
    }
}
