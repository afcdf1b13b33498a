using Npgsql;

namespace WeComSync.Worker.Storage;

/// <summary>
/// The connection strings of the worker's four pools, made from the configured one. What the operator's string says wins.
/// </summary>
/// <remarks>
/// Server-side limits travel with each session: a session whose client is gone gives its locks back by itself, within 25 s of a
/// silently cut network and sooner where it holds a scheduler's lock. They need a session of one's own: a direct connection or a
/// session-pooling proxy.
/// </remarks>
internal static class WorkerConnections
{
    /// <summary>For everything that is ours: locks, merges, commands, console.</summary>
    public static string Own(string configured) => With(configured, "WeComSync", idleInTransaction: "60s");

    /// <summary>For what is staged and merged. Sessions keep their temporary tables, and whoever opens one resets the rest himself.</summary>
    /// <param name="own">As <see cref="Own"/> made it.</param>
    public static string Staging(string own)
    {
        var builder = new NpgsqlConnectionStringBuilder(own)
        {
            NoResetOnClose = true,
            // VACUUM passes over a session's temporary tables: one that lived for ever would keep the whole database's oldest transaction.
            ConnectionLifetime = 3600,
        };
        return builder.ConnectionString;
    }

    /// <summary>For Hangfire. Nothing here takes session locks or sets session values, so resetting connections may be spared.</summary>
    /// <param name="configured">The configured connection string.</param>
    /// <param name="workers">Jobs that run at once.</param>
    public static string Jobs(string configured, int workers)
    {
        var builder = new NpgsqlConnectionStringBuilder(With(configured, "WeComSync jobs", idleInTransaction: "60s"))
        {
            NoResetOnClose = true,
            MaxAutoPrepare = 40,
            // A worker holds one to fetch and one in a state change; the rest is for its housekeeping and the dashboard.
            MaxPoolSize = (2 * workers) + 10,
        };
        return builder.ConnectionString;
    }

    /// <summary>For Quartz. All scheduling waits for one row lock, so a holder that went silent loses it soon.</summary>
    /// <param name="configured">The configured connection string.</param>
    /// <param name="threads">Triggers that fire at once.</param>
    public static string Schedules(string configured, int threads)
    {
        var builder = new NpgsqlConnectionStringBuilder(With(configured, "WeComSync schedules", idleInTransaction: "10s"))
        {
            MaxPoolSize = threads + 6,
        };
        return builder.ConnectionString;
    }

    private static string With(string configured, string application, string idleInTransaction)
    {
        var builder = new NpgsqlConnectionStringBuilder(configured);
        builder.ApplicationName ??= application;
        // The server applies options in order, so those of the operator come last.
        builder.Options = $"-c idle_in_transaction_session_timeout={idleInTransaction} -c lock_timeout=10s "
            + "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c client_connection_check_interval=5s "
            + builder.Options;
        // The detail of an error quotes the row, with what it holds.
        builder.IncludeErrorDetail = false;
        if (builder.TcpKeepAliveTime == 0)
        {
            builder.TcpKeepAlive = true;
            builder.TcpKeepAliveTime = 10;
            builder.TcpKeepAliveInterval = 5;
        }

        return builder.ConnectionString;
    }
}
