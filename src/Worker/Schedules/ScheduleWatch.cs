using Npgsql;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Schedules;

/// <summary>Applies changed schedules while the worker runs: when it is told, and once a minute in case it was not.</summary>
internal sealed partial class ScheduleWatch(TriggerReconciliation triggers, NpgsqlDataSource dataSource, TimeProvider clock, ILogger<ScheduleWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBurst = TimeSpan.FromSeconds(2);
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
        await using (var listen = new NpgsqlCommand($"LISTEN {TenantChanges.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(ct);
        }

        while (true)
        {
            await triggers.RunAsync(ct);
            await connection.WaitAsync(Interval, ct);
            await DrainAsync(connection, ct);
        }
    }

    /// <summary>A file with a thousand tenants sends a thousand notices; one comparison answers them all.</summary>
    private async Task DrainAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (clock.GetElapsedTime(started) < LongestBurst && await connection.WaitAsync(Silence, ct))
        {
        }
    }

    [LoggerMessage(LogLevel.Warning, "Schedules could not be compared with the tenants; trying again in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
