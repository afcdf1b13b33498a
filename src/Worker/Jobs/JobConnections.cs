using Hangfire.PostgreSql;
using Npgsql;

namespace WeComSync.Worker.Jobs;

/// <summary>Gives Hangfire the connections of its own pool.</summary>
internal sealed class JobConnections(NpgsqlDataSource dataSource) : IConnectionFactory
{
    public NpgsqlConnection GetOrCreateConnection() => dataSource.CreateConnection();
}
