using Npgsql;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WeCom.Limits;

/// <summary>
/// What all processes know together of WeCom's limits: calls handed out, and refusals. It never keeps a call waiting for long: while
/// PostgreSQL is away, processes go by what each of them knows.
/// </summary>
internal sealed partial class LimitStore(NpgsqlDataSource dataSource, DatabaseTime time, TimeProvider clock, ILogger<LimitStore> logger)
{
    /// <summary>Npgsql's own time-outs do not hold against a frozen server.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(5);

    private long awaySince;

    /// <summary>Leases calls of the current stretch of time; see <c>control.lease_calls</c>.</summary>
    /// <returns>Null while PostgreSQL is away.</returns>
    public Task<CallLease?> LeaseAsync(
        string scope, string endpoint, int perMinute, int perHour, int wanted, UnspentCalls? back, CancellationToken ct) =>
        TryAsync(async stop =>
        {
            await time.LearnAsync(stop);
            await using var lease = dataSource.CreateCommand("SELECT granted, wait FROM control.lease_calls($1, $2, $3, $4, $5, $6, $7, $8)");
            var now = time.Now;
            lease.Add(scope, endpoint, now.UtcDateTime, perMinute, perHour, wanted, back?.Count ?? 0, (back?.LeasedAt ?? now).UtcDateTime);
            await using var reader = await lease.ExecuteReaderAsync(stop);
            await reader.ReadAsync(stop);
            return (CallLease?)new CallLease(reader.GetInt32(0), now, reader.GetTimeSpan(1));
        }, null, ct);

    /// <summary>Tells all processes, also those that start later.</summary>
    public Task RememberAsync(string corpId, string endpoint, Refusal refusal, CancellationToken ct) =>
        TryAsync(async stop =>
        {
            await using var remember = dataSource.CreateCommand("""
                INSERT INTO control.call_limits AS l (corp_id, endpoint, blocked_until, step, slots, changed_at) VALUES ($1, $2, $3, $4, $5, now())
                ON CONFLICT (corp_id, endpoint) DO UPDATE
                SET blocked_until = greatest(l.blocked_until, EXCLUDED.blocked_until), step = EXCLUDED.step, slots = EXCLUDED.slots, changed_at = now()
                """);
            remember.Add(corpId, endpoint, refusal.BlockedUntil.UtcDateTime, refusal.Step, refusal.Slots);
            await remember.ExecuteNonQueryAsync(stop);
            return true;
        }, false, ct);

    /// <summary>Reads what was refused since the last look.</summary>
    /// <param name="since">The database's time of the last look; null reads everything.</param>
    /// <param name="ct">Ends waiting.</param>
    /// <returns>Null while PostgreSQL is away.</returns>
    public Task<List<(string CorpId, string Endpoint, Refusal Refusal)>?> ReadAsync(DateTimeOffset? since, CancellationToken ct) =>
        TryAsync(async stop =>
        {
            await time.LearnAsync(stop);
            // Rows are seen when they are committed, which is a moment after they are dated.
            await using var read = dataSource.CreateCommand("""
                SELECT corp_id, endpoint, blocked_until, step, slots FROM control.call_limits
                WHERE changed_at > COALESCE($1 - interval '10 seconds', now() - interval '1 day')
                """);
            read.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = since?.UtcDateTime });
            await using var reader = await read.ExecuteReaderAsync(stop);
            var refusals = new List<(string, string, Refusal)>();
            while (await reader.ReadAsync(stop))
            {
                refusals.Add((reader.GetString(0), reader.GetString(1), new Refusal(reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt32(3), reader.GetInt32(4))));
            }

            return (List<(string, string, Refusal)>?)refusals;
        }, null, ct);

    private async Task<T> TryAsync<T>(Func<CancellationToken, Task<T>> work, T otherwise, CancellationToken ct)
    {
        if (Interlocked.Read(ref awaySince) is not 0 and var since && clock.GetElapsedTime(since) < BetweenTries)
        {
            return otherwise;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            var result = await work(stop.Token).WaitAsync(Patience, ct);
            Interlocked.Exchange(ref awaySince, 0);
            return result;
        }
        catch (Exception away) when (!ct.IsCancellationRequested && away is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
        {
            await stop.CancelAsync();
            Interlocked.Exchange(ref awaySince, clock.GetTimestamp());
            LogAway(away.Message);
            return otherwise;
        }
    }

    [LoggerMessage(LogLevel.Warning, "WeCom's limits cannot be shared with other workers now ({Reason}); this one goes by its own share. Check PostgreSQL; sharing begins again by itself")]
    private partial void LogAway(string reason);
}

/// <summary>Calls that a process may make.</summary>
/// <param name="Granted">How many.</param>
/// <param name="At">The database's time they were given at.</param>
/// <param name="Wait">If none: how long until it is worth asking again.</param>
internal sealed record CallLease(int Granted, DateTimeOffset At, TimeSpan Wait);

/// <summary>Calls of a lease that ended before they were made.</summary>
internal sealed record UnspentCalls(int Count, DateTimeOffset LeasedAt);

/// <summary>What WeCom last refused of one corp and API.</summary>
/// <param name="BlockedUntil">By the database's time.</param>
/// <param name="Step">Which of the growing waits this is; 0 if none.</param>
/// <param name="Slots">How many calls at once were found to be bearable.</param>
internal sealed record Refusal(DateTimeOffset BlockedUntil, int Step, int Slots);
