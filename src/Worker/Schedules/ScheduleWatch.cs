using Npgsql;

namespace WeComSync.Worker.Schedules;

/// <summary>Applies changed schedules while the worker runs: when it is told, and once a minute in case it was not.</summary>
internal sealed partial class ScheduleWatch(TriggerReconciliation triggers, NpgsqlDataSource dataSource, ILogger<ScheduleWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure, AfterFailure.TotalSeconds);
                await Task.Delay(AfterFailure, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using (var listen = new NpgsqlCommand("LISTEN wecomsync_tenants", connection))
        {
            await listen.ExecuteNonQueryAsync(ct);
        }

        while (true)
        {
            await triggers.RunAsync(ct);
            await connection.WaitAsync(Interval, ct);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Schedules could not be compared with the tenants; trying again in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
