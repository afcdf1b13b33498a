using Npgsql;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Sync;

/// <summary>
/// The connections of runs and of applied events. They keep their staging tables for whoever comes next: making and dropping some thirty
/// of them costs PostgreSQL several times what a small company's whole merge does.
/// </summary>
/// <param name="dataSource">Made with <see cref="WorkerConnections.Staging"/>: nothing is reset when a connection is given back.</param>
internal sealed class StagingConnections([FromKeyedServices(StagingConnections.DataSource)] NpgsqlDataSource dataSource)
{
    /// <summary>Key of their pool in the services.</summary>
    public const string DataSource = "staging";

    /// <summary>Settings and locks of whoever had the connection before.</summary>
    private const string Reset = "RESET ALL; SELECT pg_advisory_unlock_all()";

    /// <summary>Opens a connection as if it were new, except that it may have tables: <see cref="StagingTables.ClearAsync"/> before they are used.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        for (var again = true; ; again = false)
        {
            var connection = await dataSource.OpenConnectionAsync(ct);
            try
            {
                await using var reset = new NpgsqlCommand(Reset, connection);
                await reset.ExecuteNonQueryAsync(ct);
                return connection;
            }
            catch (NpgsqlException) when (again)
            {
                // The server has been away, and what lies in the pool with it.
                await connection.DisposeAsync();
                dataSource.Clear();
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
    }
}
