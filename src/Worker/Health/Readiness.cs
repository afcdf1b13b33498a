using Hangfire;
using Microsoft.EntityFrameworkCore;
using Quartz;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Health;

/// <summary>Whether this worker can do its work, answered in time also when PostgreSQL does not answer at all.</summary>
internal sealed partial class Readiness(
    IDbContextFactory<SyncDbContext> contexts, SchemaMigration schemas, SecretsCheck secrets, ISchedulerFactory schedulers, JobStorage jobs,
    JobServerName jobServer, TimeProvider clock, ILogger<Readiness> logger)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>It is renewed every 30 s.</summary>
    private static readonly TimeSpan HeartbeatAge = TimeSpan.FromSeconds(100);

    private readonly Lock gate = new();
    private Task<string?>? running;

    /// <returns>What is missing, in a word or two; null when ready.</returns>
    public async Task<string?> FindMissingAsync(CancellationToken ct)
    {
        Task<string?> check;
        lock (gate)
        {
            // A check that hangs is not joined by another for each probe.
            check = running is { IsCompleted: false } ? running : running = Task.Run(CheckAsync, CancellationToken.None);
        }

        try
        {
            return await check.WaitAsync(Limit, clock, ct);
        }
        catch (TimeoutException)
        {
            return "database does not answer";
        }
    }

    private async Task<string?> CheckAsync()
    {
        try
        {
            await using (var db = await contexts.CreateDbContextAsync(CancellationToken.None))
            {
                if ((await db.Database.GetPendingMigrationsAsync(CancellationToken.None)).Any()
                    || !await schemas.SchedulersAreInstalledAsync(CancellationToken.None))
                {
                    return "database is not migrated";
                }
            }

            await secrets.VerifyAsync(CancellationToken.None);
            var scheduler = await schedulers.GetScheduler(CancellationToken.None);
            return scheduler.Status != SchedulerStatus.Running ? "scheduler is not running" : FindJobServer();
        }
        catch (ConfigurationException)
        {
            return "secrets do not open";
        }
        catch (Exception failure)
        {
            LogFailed(failure);
            return "database cannot be used";
        }
    }

    private string? FindJobServer() =>
        jobs.GetMonitoringApi().Servers().Any(server =>
            server.Name.StartsWith(jobServer.Text, StringComparison.OrdinalIgnoreCase)
            && server.Heartbeat > clock.GetUtcNow().UtcDateTime - HeartbeatAge)
                ? null
                : "job server is not running";

    [LoggerMessage(LogLevel.Debug, "Not ready")]
    private partial void LogFailed(Exception failure);
}
