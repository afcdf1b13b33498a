using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>A full sync of one tenant's directory: fetch → stage → guard → merge, with its run row from start to end.</summary>
internal sealed partial class DirectorySync(
    SyncRuns runs, WeComClient client, NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, TenantStops stops,
    TimeProvider clock, ILogger<DirectorySync> logger)
{
    /// <summary>Rows of one kind that a dry run lists one by one.</summary>
    private const int PlannedRows = 1000;

    /// <exception cref="RunInProgressException">Another process syncs this tenant's directory.</exception>
    public async Task<SyncReport> RunAsync(long tenantId, SyncRequest request, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var tenant = await db.Tenants.Include(t => t.Settings).SingleAsync(t => t.Id == tenantId, ct);
        if (tenant.State == TenantState.Stopped)
        {
            return Stopped(tenant);
        }

        await using var session = await runs.BeginAsync(tenantId, SyncKind.Full, request.Trigger, request.DryRun, ct);
        LogStarted(tenant.Key, session.Run.Id);
        request.Started?.Invoke(session.Run);
        var started = Stopwatch.GetTimestamp();
        var calls = new ApiCallCounter();
        SyncReport report;
        try
        {
            report = await SyncAsync(tenant, session, request, calls, started);
            await db.SaveChangesAsync(ct);
        }
        catch (Exception failure) when (ReportOf(failure, session, ct) is { } failed)
        {
            report = failed with { RunId = session.Run.Id, Duration = Stopwatch.GetElapsedTime(started), ApiCalls = calls.Count, DryRun = request.DryRun };
            await CloseAsync(tenant, session.Run, failure, report);
        }

        Log(tenant.Key, report);
        return report;
    }

    private async Task<SyncReport> SyncAsync(Tenant tenant, RunSession session, SyncRequest request, ApiCallCounter calls, long started)
    {
        var ct = session.Token;
        var reader = new DirectoryReader(client, tenant, DirectoryCallers.Of(tenant, calls), session);
        await reader.ReadAsync(ct);
        var facts = reader.Facts;

        session.Enter("merge");
        session.Run.ApiCalls = calls.Count;
        await using var merge = await Merge.BeginAsync(
            session.Connection, tenant.Id, session.Run.Part, session.Run.Fence, $"run:{session.Run.Id}", request.ApprovedRun, ct);
        await new DirectoryMerge(facts, new RemovalGuard(tenant.MaxRemoved, tenant.MaxRemovedPercent)).PrepareAsync(merge, ct);
        IReadOnlyList<PlannedChange> planned = [];
        if (request.DryRun)
        {
            planned = await merge.PlanAsync(PlannedRows, ct);
        }
        else
        {
            await merge.ApplyAsync(session.Run.Id, ct);
        }

        session.Enter("done");
        var report = new SyncReport
        {
            RunId = session.Run.Id,
            State = facts.Errors.Count > 0 ? RunState.Partial : RunState.Done,
            Duration = Stopwatch.GetElapsedTime(started),
            DryRun = request.DryRun,
            Counts = merge.Counts,
            Errors = facts.Errors,
            Warnings = facts.Warnings,
            ApiCalls = calls.Count,
            Planned = planned,
        };
        if (report.Counts[DirectoryTables.Users.Entity].Read + report.Counts[DirectoryTables.Departments.Entity].Read == 0)
        {
            throw new NothingReadException();
        }

        report = report with { Error = Summary(report), Action = Action(tenant, report) };
        if (request.DryRun)
        {
            // Leaving without a commit undoes the comparison; the run is closed on its own.
            await merge.DisposeAsync();
            await SyncRuns.CloseAsync(session.Connection, session.Run, report, ct);
            return report;
        }

        if (!await SyncRuns.CloseAsync(session.Connection, session.Run, report, ct))
        {
            throw new RunSupersededException();
        }

        // From here on a stop comes too late: the commit is one message.
        await merge.CommitAsync(CancellationToken.None);
        return report;
    }

    private static string? Summary(SyncReport report) =>
        report.Errors.Count == 0 ? null : $"{report.Errors.Count} objects could not be read and stay as they were; first: {report.Errors[0].Message}";

    private static string? Action(Tenant tenant, SyncReport report) => report.Total.Held == 0
        ? null
        : $"{report.Total.Held} removals are held because they are more than the guard allows. If they are right: "
            + $"sync {tenant.Key} full --approve {report.RunId}";

    private static SyncReport Stopped(Tenant tenant) => new()
    {
        RunId = 0,
        State = RunState.Stopped,
        Duration = TimeSpan.Zero,
        Error = tenant.StoppedReason,
        Action = tenant.StoppedAction,
    };

    /// <returns>Null for what is a bug of ours: it goes up with its stack.</returns>
    private static SyncReport? ReportOf(Exception failure, RunSession session, CancellationToken ct)
    {
        SyncReport With(RunState state, string error, string? action) =>
            new() { RunId = session.Run.Id, State = state, Duration = default, Error = error, Action = action };

        return failure switch
        {
            WeComException { Class: WeComErrorClass.StopTenant or WeComErrorClass.StopFeature or WeComErrorClass.SkipRow } stop =>
                With(RunState.Stopped, stop.Message, stop.Action),
            WeComException other => With(RunState.Failed, other.Message, other.Action),
            NoCredentialException or NothingReadException => With(RunState.Failed, failure.Message, ((IActionable)failure).Action),
            RunSupersededException => With(RunState.Failed, failure.Message, "Nothing: the newer run goes on."),
            OperationCanceledException when session.Superseded => With(RunState.Failed, new RunSupersededException().Message, "Nothing."),
            OperationCanceledException when ct.IsCancellationRequested =>
                With(RunState.Cancelled, $"Stopped during phase {session.Run.Phase}; nothing was written.", "Nothing: the next run starts anew."),
            NpgsqlException lost => With(RunState.Failed, $"PostgreSQL failed during phase {session.Run.Phase}: {lost.Message}",
                "Check the database; the next run starts anew, nothing was half-written."),
            _ => null,
        };
    }

    private async Task CloseAsync(Tenant tenant, SyncRun run, Exception failure, SyncReport report)
    {
        // The host may be stopping: the reason must outlive it, but not hold it for long.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), clock);
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(patience.Token);
            await SyncRuns.CloseAsync(connection, run, report, patience.Token);
            if (failure is WeComException { Class: WeComErrorClass.StopTenant } stop)
            {
                await stops.StopAsync(tenant.Id, stop, patience.Token);
            }
        }
        catch (Exception closing) when (closing is NpgsqlException or OperationCanceledException)
        {
            LogNotClosed(closing, tenant.Key, run.Id);
        }
    }

    private void Log(string tenant, SyncReport report)
    {
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

    [LoggerMessage(LogLevel.Information, "Tenant {Tenant}: full sync started, run {Run}")]
    private partial void LogStarted(string tenant, long run);

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
