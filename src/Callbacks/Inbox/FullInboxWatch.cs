using System.Diagnostics;
using WeComSync.Callbacks.Hosting;

namespace WeComSync.Callbacks.Inbox;

/// <summary>
/// Looks which inboxes are full: every few seconds while much arrives or one is full, and now and then for what other hosts store. While
/// the database is away it is as it was.
/// </summary>
internal sealed partial class FullInboxWatch(FullInboxes inboxes, CallbackOptions options, ILogger<FullInboxWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        long? looked = null;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (looked is { } last && Stopwatch.GetElapsedTime(last) < LongestRest && !inboxes.MayHaveChanged)
            {
                continue;
            }

            try
            {
                foreach (var tenantId in await inboxes.LookAsync(stoppingToken))
                {
                    LogFull(tenantId, options.MostWaiting);
                }

                looked = Stopwatch.GetTimestamp();
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
