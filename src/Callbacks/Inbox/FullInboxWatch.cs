using WeComSync.Callbacks.Hosting;

namespace WeComSync.Callbacks.Inbox;

/// <summary>Looks every few seconds which inboxes are full. While the database is away it is as it was.</summary>
internal sealed partial class FullInboxWatch(FullInboxes inboxes, CallbackOptions options, ILogger<FullInboxWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var tenantId in await inboxes.LookAsync(stoppingToken))
                {
                    LogFull(tenantId, options.MostWaiting);
                }
            }
            catch (Exception failed) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(DatabaseErrors.ReasonOf(failed));
            }
        }
    }

    [LoggerMessage(LogLevel.Error,
        "Tenant {TenantId}: {Count} events or more wait, so further ones are acknowledged but not kept; whole syncs stand for them afterwards. "
        + "Find out why they wait: 'status' shows whether the tenant is stopped or the worker away")]
    private partial void LogFull(long tenantId, long count);

    [LoggerMessage(LogLevel.Debug, "Full inboxes could not be looked for: {Reason}")]
    private partial void LogFailed(string reason);
}
