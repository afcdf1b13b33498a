using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Sync;

/// <summary>
/// A run that holds its tenant's half of the mirror: its row, its fence, and the one connection that carries its
/// staging tables. When the process dies, the connection's lock goes with it and the next run takes over at once.
/// </summary>
internal sealed class RunSession : IAsyncDisposable
{
    private readonly CancellationTokenSource stopped;
    private readonly CancellationTokenSource heartbeatStop = new();
    private readonly Task heartbeat;
    private readonly NpgsqlDataSource dataSource;
    private readonly TimeProvider clock;

    internal RunSession(
        NpgsqlDataSource dataSource, NpgsqlConnection connection, SyncRun run, TimeProvider clock, TimeSpan clockOffset, TimeSpan beat,
        CancellationToken ct)
    {
        this.clock = clock;
        ClockOffset = clockOffset;
        this.dataSource = dataSource;
        Connection = connection;
        Run = run;
        stopped = CancellationTokenSource.CreateLinkedTokenSource(ct);
        heartbeat = BeatAsync(beat);
    }

    /// <summary>Carries the temporary staging tables; used by one task at a time.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>The run's row. Counters set here reach the database with the next heartbeat.</summary>
    public SyncRun Run { get; }

    /// <summary>What must be added to this host's clock to get the database's, by which all hosts compare times.</summary>
    public TimeSpan ClockOffset { get; }

    public DateTimeOffset DatabaseNow => clock.SteadyNow() + ClockOffset;

    /// <summary>True once another process closed the run: whatever it still does cannot be merged.</summary>
    public bool Superseded { get; private set; }

    /// <summary>True once a person asked the run to stop.</summary>
    public bool CancelRequested { get; private set; }

    /// <summary>Cancelled when the host stops, a person says so, or the run was superseded.</summary>
    public CancellationToken Token => stopped.Token;

    /// <summary>Enters a phase: seen in the log, the progress bar and <c>status</c>.</summary>
    public void Enter(string phase) => Run.Phase = phase;

    public async ValueTask DisposeAsync()
    {
        await heartbeatStop.CancelAsync();
        await heartbeat;
        await UnlockAsync();
        await Connection.DisposeAsync();
        heartbeatStop.Dispose();
        stopped.Dispose();
    }

    /// <summary>A pooled connection keeps its session's locks until it is used again, and nobody else could begin a run.</summary>
    private async Task UnlockAsync()
    {
        try
        {
            await using var unlock = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", Connection) { CommandTimeout = 5 };
            await unlock.ExecuteNonQueryAsync();
        }
        catch (Exception gone) when (gone is NpgsqlException or InvalidOperationException)
        {
            // The session is gone, and the lock with it.
        }
    }

    private async Task BeatAsync(TimeSpan beat)
    {
        using var timer = new PeriodicTimer(beat);
        try
        {
            while (await timer.WaitForNextTickAsync(heartbeatStop.Token))
            {
                await using var command = dataSource.CreateCommand("""
                    UPDATE control.sync_runs
                    SET heartbeat_at = now(), phase = $3, expected = $4, read = $5, failed = $6, api_calls = $7
                    WHERE tenant_id = $1 AND id = $2 AND state = 'running' RETURNING cancel_requested_at IS NOT NULL
                    """);
                command.Add(Run.TenantId, Run.Id, Run.Phase, Run.Expected, Run.Read, Run.Failed, Run.ApiCalls);
                try
                {
                    var asked = await command.ExecuteScalarAsync(heartbeatStop.Token);
                    Superseded = asked is null;
                    CancelRequested = asked is true;
                    if (Superseded || CancelRequested)
                    {
                        await stopped.CancelAsync();
                        return;
                    }
                }
                catch (NpgsqlException)
                {
                    // A missed beat harms nobody: the merge checks the fence, and a dead database ends the run itself.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}

/// <summary>Positional parameters in one call.</summary>
internal static class NpgsqlCommandParameters
{
    public static void Add(this NpgsqlCommand command, params ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value switch { null => DBNull.Value, _ => value } });
        }
    }

    /// <summary>Runs one statement on this connection, inside its transaction if there is one.</summary>
    public static async Task<int> ExecuteAsync(this NpgsqlConnection connection, string sql, object?[] values, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Add(values);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The texts of one column.</summary>
    public static async Task<IReadOnlyList<string>> TextsAsync(this NpgsqlConnection connection, string sql, object?[] values, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Add(values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var texts = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    public static async Task<T> ScalarAsync<T>(this NpgsqlConnection connection, string sql, object?[] values, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Add(values);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }
}
