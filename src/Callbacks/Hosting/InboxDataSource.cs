using Npgsql;

namespace WeComSync.Callbacks.Hosting;

/// <summary>The database as this host uses it: few connections, short patience, the same few statements.</summary>
internal static class InboxDataSource
{
    public static NpgsqlDataSource Create(string connectionString) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "wecomsync-callbacks",
            Timeout = 2,
            CommandTimeout = 2,
            CancellationTimeout = 200,
            MinPoolSize = 0,
            MaxPoolSize = 5,
            // No session state is ever set here, so nothing has to be reset.
            NoResetOnClose = true,
            MaxAutoPrepare = 10,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,
        });
}
