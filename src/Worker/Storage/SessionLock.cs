using Npgsql;

namespace WeComSync.Worker.Storage;

/// <summary>A PostgreSQL advisory lock on a connection of its own, for work that holds no transaction open.</summary>
internal sealed class SessionLock : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly long key;

    private SessionLock(NpgsqlConnection connection, long key)
    {
        this.connection = connection;
        this.key = key;
    }

    /// <summary>Waits until the lock is free, at most as long as the session's <c>lock_timeout</c> says.</summary>
    public static async Task<SessionLock> TakeAsync(NpgsqlDataSource dataSource, long key, CancellationToken ct)
    {
        var connection = await dataSource.OpenConnectionAsync(ct);
        try
        {
            await ExecuteAsync(connection, "SELECT pg_advisory_lock($1)", key, ct);
            return new SessionLock(connection, key);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <returns>Null if somebody else has the lock.</returns>
    public static async Task<SessionLock?> TryTakeAsync(NpgsqlDataSource dataSource, long key, CancellationToken ct)
    {
        var connection = await dataSource.OpenConnectionAsync(ct);
        try
        {
            if (await ExecuteAsync(connection, "SELECT pg_try_advisory_lock($1)", key, ct) is true)
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

    public async ValueTask DisposeAsync()
    {
        try
        {
            // A pooled connection keeps its session locks until it is used again.
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock($1)", key, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The session is gone, and the lock with it.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, long key, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = key } } };
        return await command.ExecuteScalarAsync(ct);
    }
}
