namespace WeComSync.Worker.Schedules;

/// <summary>Looks for overdue runs, and for stopped tenants that are to be tried again, every few seconds.</summary>
internal sealed partial class OverdueWatch(OverdueSweep sweep, TenantRetry retry, TimeProvider clock, ILogger<OverdueWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await sweep.RunAsync(stoppingToken);
                    await retry.RunAsync(stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(failure, Interval.TotalSeconds);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The worker stops.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Overdue runs could not be looked for; trying again in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
