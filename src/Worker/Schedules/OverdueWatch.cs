namespace WeComSync.Worker.Schedules;

/// <summary>Looks for overdue runs every few seconds, and now and then clears what nobody will ask for again.</summary>
internal sealed partial class OverdueWatch(OverdueSweep sweep, EffectRetention retention, TimeProvider clock, ILogger<OverdueWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenClearings = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var cleared = clock.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await sweep.RunAsync(stoppingToken);
                    if (clock.GetElapsedTime(cleared) > BetweenClearings)
                    {
                        cleared = clock.GetTimestamp();
                        await retention.RunAsync(stoppingToken);
                    }
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
