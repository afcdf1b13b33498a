using Npgsql;

namespace WeComSync.Worker.Sync;

/// <summary>Says once a day in the log which tenants' removals wait for a person. Of several workers one says it.</summary>
internal sealed partial class HeldReminder(HeldRemovals held, TimeProvider clock, ILogger<HeldReminder> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    public async Task RemindAsync(CancellationToken ct)
    {
        foreach (var (tenant, count) in await held.TakeRemindersAsync(ct))
        {
            LogWaiting(tenant, count);
        }
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
                    await RemindAsync(stoppingToken);
                }
                catch (NpgsqlException away)
                {
                    LogFailed(away.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant}: {Count} removals wait for a person; `held list {Tenant}` names them, `held approve` or `held discard` decides")]
    private partial void LogWaiting(string tenant, long count);

    [LoggerMessage(LogLevel.Warning, "Held removals could not be looked for: {Reason}")]
    private partial void LogFailed(string reason);
}
