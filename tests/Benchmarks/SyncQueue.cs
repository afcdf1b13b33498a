using Hangfire;
using Hangfire.PostgreSql;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Schedules;

namespace WeComSync.Benchmarks;

/// <summary>Orders syncs from a worker that serves, as its schedule does.</summary>
internal static class SyncQueue
{
    /// <summary>The schedules that a worker would set by itself are for another century: what runs is what was ordered.</summary>
    public static async Task RestSchedulesAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var insert = database.CreateCommand("""
            INSERT INTO control.schedules (tenant_id, kind, cron)
            SELECT id, k, '0 0 0 1 1 ? 2099' FROM control.tenants, unnest(ARRAY['full', 'incremental', 'customers']) k ON CONFLICT DO NOTHING
            """);
        await insert.ExecuteNonQueryAsync(ct);
    }

    /// <summary>One sync of each tenant.</summary>
    public static async Task OrderAsync(NpgsqlDataSource database, SyncKind kind, CancellationToken ct)
    {
        HangfireFormat.UseHangfireFormat(GlobalConfiguration.Configuration);
        var jobs = new BackgroundJobClient(new PostgreSqlStorage(new Connections(database), new() { PrepareSchemaIfNecessary = false }));
        await using var tenants = database.CreateCommand("SELECT id FROM control.tenants ORDER BY id");
        await using var reader = await tenants.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            jobs.EnqueueSync(reader.GetInt64(0), kind, null);
        }
    }

    /// <summary>Waits until so many syncs have ended well since <paramref name="from"/>, by the database's clock.</summary>
    /// <exception cref="InvalidOperationException">One of them did not, or the worker ended.</exception>
    public static async Task EndedAsync(NpgsqlDataSource database, MeasuredServer worker, DateTime from, int count, CancellationToken ct)
    {
        while (true)
        {
            await using var look = database.CreateCommand("""
                SELECT count(*) FILTER (WHERE state IN ('done', 'partial')), min(COALESCE(error, state)) FILTER (WHERE state IN ('failed', 'stopped'))
                FROM control.sync_runs WHERE started_at > $1
                """);
            look.Parameters.AddWithValue(from);
            await using var reader = await look.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            if (worker.HasExited || !reader.IsDBNull(1))
            {
                throw new InvalidOperationException(reader.IsDBNull(1) ? "The worker ended." : $"A sync failed: {reader.GetString(1)}");
            }

            if (reader.GetInt64(0) >= count)
            {
                return;
            }

            await Task.Delay(50, ct);
        }
    }

    /// <summary>The database's time.</summary>
    public static async Task<DateTime> NowAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand("SELECT clock_timestamp()");
        return (DateTime)(await command.ExecuteScalarAsync(ct))!;
    }

    private sealed class Connections(NpgsqlDataSource dataSource) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => dataSource.CreateConnection();
    }
}
