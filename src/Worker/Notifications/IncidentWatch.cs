using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Notifications;

/// <summary>Looks every half minute, in one of the workers, for what a person must hear of, and sends what waits to be sent.</summary>
internal sealed partial class IncidentWatch(
    IncidentFinder finder, IncidentBook book, NoticeQueue queue, NpgsqlDataSource dataSource, TimeProvider clock, ILogger<IncidentWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <returns>False if another worker was at it.</returns>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        await using var only = await SessionLock.TryTakeAsync(dataSource, AdvisoryLocks.IncidentWatch, ct);
        if (only is null)
        {
            return false;
        }

        await book.UpdateAsync(await finder.FindAsync(ct), ct);
        await queue.SendAsync(ct);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunAsync(stoppingToken);
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

    [LoggerMessage(LogLevel.Warning, "Incidents could not be looked for; trying again in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
