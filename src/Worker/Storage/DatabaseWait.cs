using System.Net.Sockets;
using Npgsql;
using WeComSync.Worker.Commands;

namespace WeComSync.Worker.Storage;

/// <summary>Waits at start for a PostgreSQL that is away: after a power cut both come up together.</summary>
internal sealed partial class DatabaseWait(NpgsqlDataSource dataSource, TimeProvider clock, ILogger<DatabaseWait> logger)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <exception cref="CommandFailedException">PostgreSQL did not answer within <see cref="Limit"/>.</exception>
    /// <exception cref="PostgresException">PostgreSQL answered no: password, database name, rights.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var said = false;
        while (true)
        {
            if (await TryAsync(ct) is not { } away)
            {
                return;
            }

            if (clock.GetElapsedTime(started) >= Limit)
            {
                throw new CommandFailedException(
                    $"PostgreSQL at {Server} did not answer for {Limit.TotalSeconds:0} s ({away}). Start it, or correct ConnectionStrings:WeComSync.");
            }

            if (!said)
            {
                LogAway(Server, away, (int)Limit.TotalSeconds);
                said = true;
            }

            await Task.Delay(Pause, clock, ct);
        }
    }

    private string Server
    {
        get
        {
            var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
            return $"{settings.Host}:{settings.Port}";
        }
    }

    /// <returns>Why PostgreSQL is away; null if it answered.</returns>
    private async Task<string?> TryAsync(CancellationToken ct)
    {
        try
        {
            // Npgsql's own time-outs do not hold against a frozen server; WaitAsync does.
            await AskAsync(ct).WaitAsync(Attempt, ct);
            return null;
        }
        catch (NpgsqlException away) when (away.IsTransient)
        {
            return away is PostgresException answer ? answer.MessageText : away.InnerException?.Message ?? away.Message;
        }
        catch (Exception away) when (away is SocketException or TimeoutException)
        {
            return away.Message;
        }
    }

    private async Task AskAsync(CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(ct);
    }

    [LoggerMessage(LogLevel.Warning, "PostgreSQL at {Server} does not answer ({Reason}); trying again for up to {Seconds} s")]
    private partial void LogAway(string server, string reason, int seconds);
}
