using Hangfire.Server;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Jobs;

/// <summary>Runs one queued sync, if it is this job's to run. Every way out is one line in the log and a few words on the dashboard.</summary>
internal sealed partial class SyncJob(
    ISyncRunner runner, TenantSchedules schedules, EffectClaims claims, TenantTurns turns, DatabaseTime time, TimeProvider clock, ILogger<SyncJob> logger)
    : ISyncJob
{
    /// <summary>The result that <see cref="DeferBusySync"/> looks for.</summary>
    public const string Busy = "another sync of the tenant is running";

    /// <summary>How long a due run may be overtaken by its successor before it is dropped.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How much earlier than its instant a run may begin: clocks of hosts differ a little.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(30);

    public async Task<string> RunAsync(long tenantId, string kind, DateTimeOffset? instant, PerformContext? job, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        var what = EnumText.Parse<SyncKind>(kind);
        if (await schedules.FindAsync(tenantId, what, ct) is not { } schedule)
        {
            LogPaused(tenantId, what);
            return "the tenant is disabled, stopped or gone, or the platform's plug-in is off";
        }

        if (instant is { } due)
        {
            await time.LearnAsync(ct);
            if (due - time.Now > Early)
            {
                // Unclaimed, so that the sweep finds it when its time has come.
                LogEarly(tenantId, what, due.UtcDateTime);
                return "not due yet: the clock of the worker that queued it is ahead";
            }

            if (!await claims.TryTakeAsync(tenantId, what, due, job.BackgroundJob.Id, ct))
            {
                LogTaken(tenantId, what, due.UtcDateTime, job.BackgroundJob.Id);
                return "another job acts for this instant";
            }

            if (IsOvertaken(schedule, due))
            {
                LogOvertaken(tenantId, what, due.UtcDateTime);
                return "a later run is due";
            }
        }

        using var turn = turns.TryTake(tenantId);
        if (turn is null)
        {
            LogBusy(tenantId, what);
            return Busy;
        }

        return await RunAsync(tenantId, what, instant is null ? SyncTrigger.Console : SyncTrigger.Schedule, ct);
    }

    /// <summary>
    /// After an outage, or where syncs take longer than their period, only the newest due run is worth its calls. The older ones stay
    /// claimed, so that nothing queues them again.
    /// </summary>
    private bool IsOvertaken(TenantSchedule schedule, DateTimeOffset instant) =>
        schedule.TryRead(out var due) && due.GetNextValidTimeAfter(instant) is { } next && next + Patience < time.Now;

    private async Task<string> RunAsync(long tenantId, SyncKind kind, SyncTrigger trigger, CancellationToken ct)
    {
        LogStarts(tenantId, kind);
        var started = clock.GetTimestamp();
        try
        {
            switch (await runner.RunAsync(tenantId, kind, trigger, ct))
            {
                case SyncOutcome.Busy:
                    LogBusy(tenantId, kind);
                    return Busy;
                case SyncOutcome.Slowed:
                    LogSlowed(tenantId, kind);
                    return "the tenant is slowed, because its last runs failed; it is tried once an hour until one succeeds";
                case SyncOutcome.Resting:
                    LogRests(tenantId, kind);
                    return "WeCom does not give this tenant's customers; 'status' says why. The next due sync looks again";
                case SyncOutcome.Stopped:
                    LogStopped(tenantId, kind);
                    return "WeCom refused it: a person must act";
                default:
                    LogEnded(tenantId, kind, clock.GetElapsedTime(started).TotalSeconds);
                    return "ran to its end";
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            LogCutOff(tenantId, kind);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Kind} sync starts")]
    private partial void LogStarts(long tenantId, SyncKind kind);

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Kind} sync ended after {Seconds:0.0} s")]
    private partial void LogEnded(long tenantId, SyncKind kind, double seconds);

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Kind} sync waits, because another sync of the tenant is running")]
    private partial void LogBusy(long tenantId, SyncKind kind);

    [LoggerMessage(LogLevel.Warning, "Tenant {TenantId}: {Kind} sync was refused by WeCom, and a person must act: 'tenants list' says what to do")]
    private partial void LogStopped(long tenantId, SyncKind kind);

    [LoggerMessage(LogLevel.Information,
        "Tenant {TenantId}: {Kind} sync left out, because the tenant's last runs failed: it is tried once an hour; 'tenants list' says why")]
    private partial void LogSlowed(long tenantId, SyncKind kind);

    [LoggerMessage(LogLevel.Information,
        "Tenant {TenantId}: {Kind} sync left out, because WeCom does not give the tenant's customers; 'status' says why, and the next due one looks again")]
    private partial void LogRests(long tenantId, SyncKind kind);

    [LoggerMessage(LogLevel.Information,
        "Tenant {TenantId}: {Kind} sync stopped at a safe point, because this worker stops; its job is queued again for whoever is next")]
    private partial void LogCutOff(long tenantId, SyncKind kind);

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Kind} sync dropped, because the tenant is disabled, stopped or gone, or the platform's plug-in is off")]
    private partial void LogPaused(long tenantId, SyncKind kind);

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Kind} sync due at {Instant:u} was queued twice; job {JobId} leaves it to the other")]
    private partial void LogTaken(long tenantId, SyncKind kind, DateTime instant, string jobId);

    [LoggerMessage(LogLevel.Warning,
        "Tenant {TenantId}: {Kind} sync due at {Instant:u} was queued before its time and waits for it: the clock of one of the workers is ahead. Set it by NTP")]
    private partial void LogEarly(long tenantId, SyncKind kind, DateTime instant);

    [LoggerMessage(LogLevel.Warning, "Tenant {TenantId}: {Kind} sync due at {Instant:u} dropped, because a later one is due; more Jobs:Workers may help")]
    private partial void LogOvertaken(long tenantId, SyncKind kind, DateTime instant);
}
