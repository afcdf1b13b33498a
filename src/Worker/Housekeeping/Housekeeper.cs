using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Events;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Housekeeping;

/// <summary>Once an hour, in one of the workers: makes room for what comes and forgets what is old, so that nothing grows for ever.</summary>
internal sealed partial class Housekeeper(
    ChangeMonths months, OldRows rows, OldJobs jobs, EffectRetention effects, EventRetention events, NpgsqlDataSource dataSource,
    IOptions<RetentionOptions> options, TimeProvider clock, ILogger<Housekeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    /// <returns>False if another worker was at it.</returns>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        await using var only = await SessionLock.TryTakeAsync(dataSource, AdvisoryLocks.Housekeeping, ct);
        if (only is null)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        await months.PrepareAsync(now, ct);
        foreach (var month in await months.DropAsync(now - options.Value.Changes, ct))
        {
            LogDropped(month);
        }

        await rows.DeleteAsync(now, ct);
        await effects.RunAsync(ct);
        await events.RunAsync(ct);
        await jobs.DeleteAsync(now, ct);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Interval;
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                pause = AfterFailure;
                LogFailed(failure, pause.TotalSeconds);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Information, "Changes of the month {Month} are older than Retention:Changes and were dropped")]
    private partial void LogDropped(string month);

    [LoggerMessage(LogLevel.Warning, "Old rows could not be cleared; trying again in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
