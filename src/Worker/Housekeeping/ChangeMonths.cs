using System.Globalization;
using Npgsql;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Housekeeping;

/// <summary>
/// Keeps the months of <c>mirror.changes</c>: makes those to come, and drops those that are too old, as a whole. A reader that was away
/// for longer sees from <c>control.change_counters.dropped_seq</c> that it missed something.
/// </summary>
internal sealed class ChangeMonths(NpgsqlDataSource dataSource)
{
    /// <summary>Months made ahead. What a longer outage leaves without a month goes to <c>changes_other</c> and is moved later.</summary>
    private const int Ahead = 2;

    /// <summary>Dropping waits for readers and makes new ones wait: better not now than long.</summary>
    private const string ShortWait = "SET LOCAL lock_timeout = '2s'";

    public async Task PrepareAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var prepare = dataSource.CreateCommand("""
            SELECT mirror.add_changes_month(m.month) FROM (
                SELECT (date_trunc('month', $1 AT TIME ZONE 'UTC') + make_interval(months => n))::date AS month FROM generate_series(0, $2) n
                UNION SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date FROM mirror.changes_other) m
            """);
        prepare.Add(now.UtcDateTime, Ahead);
        await prepare.ExecuteNonQueryAsync(ct);
    }

    /// <returns>The names of the parts that were dropped.</returns>
    public async Task<IReadOnlyList<string>> DropAsync(DateTimeOffset olderThan, CancellationToken ct)
    {
        var dropped = new List<string>();
        foreach (var part in await FindAsync(ct))
        {
            if (EndOf(part) <= olderThan && await TryDropAsync(part, ct))
            {
                dropped.Add(part);
            }
        }

        return dropped;
    }

    private async Task<List<string>> FindAsync(CancellationToken ct)
    {
        await using var find = dataSource.CreateCommand("""
            SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'mirror.changes'::regclass AND c.relname ~ '^changes_[0-9]{4}_[0-9]{2}$' ORDER BY 1
            """);
        await using var reader = await find.ExecuteReaderAsync(ct);
        var parts = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            parts.Add(reader.GetString(0));
        }

        return parts;
    }

    private static DateTimeOffset EndOf(string part) =>
        DateTimeOffset.ParseExact(part["changes_".Length..], "yyyy_MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddMonths(1);

    /// <returns>False if somebody reads or writes it: another round drops it.</returns>
    private async Task<bool> TryDropAsync(string part, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await connection.ExecuteAsync(ShortWait, [], ct);
            // The counters first, as a merge takes them before it writes changes.
            await connection.ExecuteAsync($"""
                UPDATE control.change_counters c SET dropped_seq = greatest(c.dropped_seq, d.seq)
                FROM (SELECT tenant_id, max(seq) AS seq FROM mirror.{part} GROUP BY tenant_id) d WHERE c.tenant_id = d.tenant_id
                """, [], ct);
            await connection.ExecuteAsync($"DROP TABLE mirror.{part}", [], ct);
            await transaction.CommitAsync(ct);
            return true;
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            return false;
        }
    }
}
