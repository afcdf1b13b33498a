using Npgsql;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events.Customers;

/// <summary>The members of a group chat that the mirror has.</summary>
/// <param name="MemberVersion">Changes with every change of the members; it tells nothing but whether two are the same.</param>
/// <param name="FetchedAt">When they were read.</param>
internal sealed record KnownChat(string? MemberVersion, DateTimeOffset FetchedAt)
{
    /// <summary>Chats whose members some events say to have changed, by id.</summary>
    public static async Task<IReadOnlyDictionary<string, KnownChat>> ReadAsync(
        NpgsqlConnection connection, long tenantId, IReadOnlyList<CustomerEvent> events, CancellationToken ct)
    {
        var known = new Dictionary<string, KnownChat>(StringComparer.Ordinal);
        var ids = events.Where(e => e.Version is not null).Select(e => e.ObjectId).Distinct(StringComparer.Ordinal).ToArray();
        if (ids.Length == 0)
        {
            return known;
        }

        await using var read = new NpgsqlCommand(
            "SELECT chat_id, member_version, fetched_at FROM mirror.group_chats WHERE tenant_id = $1 AND chat_id = ANY($2)", connection);
        read.Add(tenantId, ids);
        await using var reader = await read.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            known[reader.GetString(0)] = new KnownChat(reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2));
        }

        return known;
    }
}
