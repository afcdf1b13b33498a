using System.Data;
using Npgsql;

namespace WeComSync.Worker.Storage;

/// <summary>
/// A PostgreSQL advisory lock on a connection of its own, for work that holds no transaction open. It is kept as long as its holder
/// says that he lives: a process that is frozen, whose kernel still answers for it, loses it after ten seconds. When he wakes he goes
/// on beside the next holder, so that work under such a lock must bear a second hand.
/// </summary>
internal sealed class SessionLock : IAsyncDisposable
{
    private const string Silence = "10s";

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource released = new();
    private readonly NpgsqlConnection connection;
    private readonly long key;
    private readonly Task beating;

    private SessionLock(NpgsqlConnection connection, long key)
    {
        this.connection = connection;
        this.key = key;
        beating = BeatAsync();
    }

    /// <summary>Waits until the lock is free, at most as long as the session's <c>lock_timeout</c> says.</summary>
    public static async Task<SessionLock> TakeAsync(NpgsqlDataSource dataSource, long key, CancellationToken ct) =>
        (await TakeAsync(dataSource, $"SELECT pg_advisory_lock($1) IS NOT NULL AND set_config('idle_session_timeout', '{Silence}', false) <> ''", key, ct))!;

    /// <returns>Null if somebody else has the lock.</returns>
    public static Task<SessionLock?> TryTakeAsync(NpgsqlDataSource dataSource, long key, CancellationToken ct) =>
        TakeAsync(dataSource, $"SELECT CASE WHEN pg_try_advisory_lock($1) THEN set_config('idle_session_timeout', '{Silence}', false) <> '' END", key, ct);

    public async ValueTask DisposeAsync()
    {
        await released.CancelAsync();
        await beating;
        try
        {
            // A pooled connection keeps its session's locks and settings until it is used again.
            if (connection.State == ConnectionState.Open)
            {
                await ExecuteAsync(connection, "SELECT pg_advisory_unlock($1), set_config('idle_session_timeout', '0', false)", key, CancellationToken.None);
            }
        }
        catch (NpgsqlException)
        {
            // The session is gone, and the lock with it.
        }
        finally
        {
            await connection.DisposeAsync();
            released.Dispose();
        }
    }

    private static async Task<SessionLock?> TakeAsync(NpgsqlDataSource dataSource, string sql, long key, CancellationToken ct)
    {
        var connection = await dataSource.OpenConnectionAsync(ct);
        try
        {
            if (await ExecuteAsync(connection, sql, key, ct) is true)
            {
                return new SessionLock(connection, key);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, long key, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = key } } };
        return await command.ExecuteScalarAsync(ct);
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(released.Token))
            {
                await ExecuteAsync(connection, "SELECT $1", key, CancellationToken.None);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or NpgsqlException)
        {
            // Released, or the session is gone and the lock with it.
        }
    }
}
