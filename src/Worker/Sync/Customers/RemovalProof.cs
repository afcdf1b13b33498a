using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>What a member's list proves of the relations and group chats that it lacks: nothing, if he is out of sight by then.</summary>
internal static class RemovalProof
{
    /// <summary>
    /// Takes back what only seemed gone. A list may be as empty (84061) for a member who just lost the customer function, or left the
    /// visible range, as for one who deleted everybody: only of those who are seen after they were asked does it prove anything.
    /// </summary>
    /// <returns>Members whose relations stay.</returns>
    public static async Task<IReadOnlyList<string>> KeepOutOfSightAsync(CustomerClient client, WeComCaller caller, CustomerStage stage, CancellationToken ct)
    {
        if (!await stage.Connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM gone_follows)", [], ct))
        {
            return [];
        }

        var visible = await VisibleAsync(client, caller, ct);
        return await stage.Connection.TextsAsync("""
            WITH kept AS (DELETE FROM gone_follows WHERE lower(user_id) <> ALL($1) RETURNING user_id) SELECT DISTINCT user_id FROM kept
            """, [visible], ct);
    }

    /// <summary>WeCom refuses a chat that was dismissed in the same words as one whose owner has just left the visible range.</summary>
    public static async Task KeepChatsOutOfSightAsync(CustomerClient client, PullSession session, CustomerStage stage, CancellationToken ct)
    {
        if (await stage.Connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM gone_group_chats)", [], ct))
        {
            var visible = await VisibleAsync(client, session.Caller, ct);
            await stage.Connection.ExecuteAsync("""
                DELETE FROM gone_group_chats g USING mirror.group_chats m
                WHERE m.tenant_id = $1 AND m.chat_id = g.chat_id AND lower(m.owner_user_id) <> ALL($2)
                """, [session.Tenant.Id, visible], ct);
        }
    }

    /// <summary>Whether the members who were read would be left without a single relation.</summary>
    public static Task<bool> LeavesNothingAsync(CustomerStage stage, long tenantId, CancellationToken ct) => stage.Connection.ScalarAsync<bool>("""
        SELECT NOT EXISTS (
            SELECT FROM mirror.follows m JOIN read_members r ON r.user_id = m.user_id
            WHERE m.tenant_id = $1 AND m.removed_at IS NULL AND NOT EXISTS (
                SELECT FROM gone_follows g WHERE g.user_id = m.user_id AND g.external_user_id = m.external_user_id))
        """, [tenantId], ct);

    /// <returns>User ids in lower case.</returns>
    private static async Task<string[]> VisibleAsync(CustomerClient client, WeComCaller caller, CancellationToken ct) =>
        [.. (await client.ListFollowUsersAsync(caller, ct)).Select(id => id.ToLowerInvariant())];
}
