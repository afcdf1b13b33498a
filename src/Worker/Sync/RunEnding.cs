using System.Diagnostics;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync;

/// <summary>Carries runs to their end, whatever they read: what a failure means, the run's row, the log.</summary>
internal sealed partial class RunEnding(NpgsqlDataSource dataSource, TenantStops stops, TimeProvider clock, ILogger<RunEnding> logger)
{
    /// <summary>Why a run is not wholly done; null if it is.</summary>
    public static string? Summary(SyncReport report) =>
        report.Errors.Count == 0 ? null : SyncTexts.NotWhole.With(report.Errors.Count, report.Errors[0].Message);

    /// <summary>What to do about held removals; null if there are none.</summary>
    public static string? HeldAction(Tenant tenant, SyncKind kind, SyncReport report) => report.Total.Held == 0
        ? null
        : report.DryRun ? SyncTexts.WouldBeHeld.With(report.Total.Held)
        : SyncTexts.Held.With(report.Total.Held, tenant.Key, EnumText.Of(kind), report.RunId, tenant.Key);

    /// <summary>What one object's comparison came to.</summary>
    public static string Compared(int rows, bool dryRun) =>
        rows == 0 ? "Compared: the mirror says the same, or was told something later; nothing was written."
        : $"Compared: {rows} rows differ; {(dryRun ? "nothing was written" : "written")}.";

    /// <summary>For a tenant that was stopped before: no run is opened.</summary>
    public static SyncReport AlreadyStopped(Tenant tenant) => new()
    {
        RunId = 0,
        State = RunState.Stopped,
        Error = tenant.StoppedReason,
        Action = tenant.StoppedAction,
    };

    /// <summary>Does the work of an opened run, and ends the run whichever way the work ends.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="session">The opened run.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="work">
    /// Reads, merges and closes the run's row. It counts its calls, and says what it does for a single object.
    /// </param>
    /// <param name="ct">Asks the run to stop.</param>
    public async Task<SyncReport> CarryAsync(
        Tenant tenant, RunSession session, SyncRequest request, Func<ApiCallCounter, List<string>, Task<SyncReport>> work, CancellationToken ct)
    {
        LogStarted(tenant.Key, EnumText.Of(session.Run.Kind), session.Run.Id);
        request.Started?.Invoke(session.Run);
        var started = Stopwatch.GetTimestamp();
        var calls = new ApiCallCounter();
        var steps = new List<string>();
        SyncReport report;
        try
        {
            report = await work(calls, steps);
        }
        catch (Exception failure) when (RunFailures.ReportOf(failure, session, ct) is { } failed)
        {
            report = failed with { ApiCalls = calls.Count, DryRun = request.DryRun };
            if (!await CloseAsync(tenant, session.Run, failure, report) && report.State == RunState.Failed)
            {
                // Whoever takes a dead run's place ends its session, which looks like a fault of the database from here.
                report = report with { Error = new RunSupersededException().Message, Action = "Nothing: the newer run goes on." };
            }
        }

        report = report with { Duration = Stopwatch.GetElapsedTime(started), Steps = steps };
        Log(tenant, report);
        return report;
    }

    /// <summary>Closes a run that failed, and stops the tenant if WeCom's answer says so.</summary>
    /// <returns>False if another process had closed it already.</returns>
    private async Task<bool> CloseAsync(Tenant tenant, SyncRun run, Exception failure, SyncReport report)
    {
        // The host may be stopping: the reason must outlive it, but not hold it for long.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), clock);
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(patience.Token);
            var closed = await SyncRuns.CloseAsync(connection, run, report, patience.Token);
            if (failure is WeComException { Class: WeComErrorClass.StopTenant } stop)
            {
                await stops.StopAsync(tenant.Id, stop, patience.Token);
            }
            else if (report.State == RunState.Failed)
            {
                await stops.SlowAsync(tenant.Id, report, patience.Token);
            }

            return closed;
        }
        catch (Exception closing) when (closing is NpgsqlException or OperationCanceledException)
        {
            LogNotClosed(closing, tenant.Key, run.Id);
            return true;
        }
    }

    private void Log(Tenant of, SyncReport report)
    {
        var tenant = of.Key;
        var total = report.Total;
        if (report.State is RunState.Done)
        {
            LogDone(tenant, report.RunId, report.Duration, report.ApiCalls, total.Read, total.Created, total.Changed, total.Removed, total.Held);
        }
        else
        {
            LogNotDone(tenant, report.RunId, report.State, report.Error, report.Action);
        }

        if (total.Held > 0)
        {
            LogHeld(tenant, report.Action);
        }

        foreach (var warning in report.Warnings)
        {
            LogWarning(tenant, warning);
        }
    }

    [LoggerMessage(LogLevel.Information, "Tenant {Tenant}: {Kind} sync started, run {Run}")]
    private partial void LogStarted(string tenant, string kind, long run);

    [LoggerMessage(LogLevel.Information,
        "Tenant {Tenant}: run {Run} done in {Duration} with {Calls} API calls: {Read} rows read, {Created} created, {Changed} changed, {Removed} removed, {Held} held")]
    private partial void LogDone(
        string tenant, long run, TimeSpan duration, int calls, int read, int created, int changed, int removed, int held);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant}: run {Run} ended {State}. {Error} To do: {Action}")]
    private partial void LogNotDone(string tenant, long run, RunState state, string? error, string? action);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant}: {Action}")]
    private partial void LogHeld(string tenant, string? action);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant}: {Warning}")]
    private partial void LogWarning(string tenant, string warning);

    [LoggerMessage(LogLevel.Error, "Tenant {Tenant}: run {Run} could not be closed; the next run closes it as failed")]
    private partial void LogNotClosed(Exception failure, string tenant, long run);
}
