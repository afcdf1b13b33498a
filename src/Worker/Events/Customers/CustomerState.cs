using Npgsql;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;

namespace WeComSync.Worker.Events.Customers;

/// <summary>What the mirror has of the relations and chats that events are about.</summary>
internal sealed class CustomerState
{
    private readonly Dictionary<string, FollowState> follows = [];
    private readonly Dictionary<string, DateTimeOffset> added = [];

    /// <summary>When a chat was last read, by its id.</summary>
    public Dictionary<string, DateTimeOffset> Chats { get; } = [];

    public FollowState? Find(string key) => follows.GetValueOrDefault(key);

    /// <summary>When the newest known event told that the two added each other.</summary>
    public DateTimeOffset? AddedAt(string key) => added.TryGetValue(key, out var at) ? at : null;

    /// <summary>Names a relation without regard to the case of the user id.</summary>
    public static string Key(string userId, string externalUserId) => $"{userId.ToLowerInvariant()}{CustomerTables.Separator}{externalUserId}";

    public static async Task<CustomerState> ReadAsync(NpgsqlConnection connection, long tenantId, IReadOnlyList<CustomerEvent> events, CancellationToken ct)
    {
        var state = new CustomerState();
        var customers = events.Where(e => e.IsOfContact).Select(e => e.ExternalUserId).Distinct(StringComparer.Ordinal).ToArray();
        if (customers.Length > 0)
        {
            await using (var read = new NpgsqlCommand("""
                SELECT user_id, external_user_id, fetched_at, removed_at IS NULL, followed_at, deleted_by_customer_at FROM mirror.follows
                WHERE tenant_id = $1 AND external_user_id = ANY($2)
                """, connection))
            {
                read.Add(tenantId, customers);
                await using var reader = await read.ExecuteReaderAsync(ct);
                while (await reader.ReadAsync(ct))
                {
                    state.follows[Key(reader.GetString(0), reader.GetString(1))] = new FollowState(
                        reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(3),
                        reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4),
                        reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5));
                }
            }

            await using (var read = new NpgsqlCommand("""
                SELECT user_id, external_user_id, max(at) FROM control.contact_notices
                WHERE tenant_id = $1 AND external_user_id = ANY($2) AND kind = 'added' GROUP BY 1, 2
                """, connection))
            {
                read.Add(tenantId, customers);
                await using var reader = await read.ExecuteReaderAsync(ct);
                while (await reader.ReadAsync(ct))
                {
                    state.added[Key(reader.GetString(0), reader.GetString(1))] = reader.GetFieldValue<DateTimeOffset>(2);
                }
            }
        }

        var chats = events.Where(e => e.IsOfChat).Select(e => e.ObjectId).Distinct(StringComparer.Ordinal).ToArray();
        if (chats.Length > 0)
        {
            await using var read = new NpgsqlCommand("SELECT chat_id, fetched_at FROM mirror.group_chats WHERE tenant_id = $1 AND chat_id = ANY($2)", connection);
            read.Add(tenantId, chats);
            await using var reader = await read.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                state.Chats[reader.GetString(0)] = reader.GetFieldValue<DateTimeOffset>(1);
            }
        }

        return state;
    }
}

/// <summary>One relation in the mirror.</summary>
/// <param name="UserId">In the mirror's spelling.</param>
/// <param name="FetchedAt">When WeCom said what it says.</param>
/// <param name="Live">Not removed.</param>
/// <param name="FollowedAt">When the member added the customer.</param>
/// <param name="DeletedByCustomerAt">When the customer deleted the member.</param>
internal sealed record FollowState(
    string UserId, DateTimeOffset FetchedAt, bool Live, DateTimeOffset? FollowedAt, DateTimeOffset? DeletedByCustomerAt);
