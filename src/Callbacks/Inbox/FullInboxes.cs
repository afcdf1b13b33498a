using System.Collections.Frozen;
using Npgsql;

namespace WeComSync.Callbacks.Inbox;

/// <summary>
/// Tenants of whom so many events wait that further ones are not kept but noted: a looping or hostile tenant, whose messages carry a
/// valid signature, must not fill the disk of all. When the flood is over the worker has whole syncs stand for what was not kept.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="limit">Waiting events of one tenant, from which on it is so.</param>
internal sealed class FullInboxes(NpgsqlDataSource dataSource, long limit)
{
    private const string FindSql =
        "SELECT tenant_id FROM control.callback_events WHERE state = 'waiting' GROUP BY tenant_id HAVING count(*) >= $1";

    private const string NoteSql = """
        INSERT INTO control.inbox_drains AS d (tenant_id, overflowed_at, overflowed)
        SELECT tenant_id, now(), count(*) FROM unnest($1::bigint[]) AS u (tenant_id) GROUP BY tenant_id ORDER BY tenant_id
        ON CONFLICT (tenant_id) DO UPDATE SET overflowed_at = now(), overflowed = d.overflowed + EXCLUDED.overflowed
        """;

    private volatile FrozenSet<long> full = FrozenSet<long>.Empty;
    private long storedSinceLook;

    /// <summary>Whether a look is worth its count of all that waits: this host stored much since the last one, or somebody was full then.</summary>
    public bool MayHaveChanged => full.Count > 0 || Interlocked.Read(ref storedSinceLook) >= limit / 10;

    /// <summary>As it was at the last look.</summary>
    public bool Has(long tenantId) => full.Contains(tenantId);

    /// <summary>To be told of all events that this host stores.</summary>
    public void Stored(int events) => Interlocked.Add(ref storedSinceLook, events);

    /// <returns>The tenants that are full now and were not before.</returns>
    public async Task<IReadOnlyList<long>> LookAsync(CancellationToken ct)
    {
        var counted = Interlocked.Read(ref storedSinceLook);
        await using var command = dataSource.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<long>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetInt64(0));
        }

        var before = full;
        full = found.ToFrozenSet();
        Interlocked.Add(ref storedSinceLook, -counted);
        return found.FindAll(tenantId => !before.Contains(tenantId));
    }

    /// <summary>Notes that an event came and was not kept, for each of these.</summary>
    public static async Task NoteAsync(NpgsqlConnection connection, IReadOnlyCollection<long> tenantIds, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(NoteSql, connection);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. tenantIds] });
        await command.ExecuteNonQueryAsync(ct);
    }
}
