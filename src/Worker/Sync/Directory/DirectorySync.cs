using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// A full or an incremental sync of one tenant's directory: fetch → stage → guard → merge, with its run row from start to end. The two
/// differ in whose details they ask for, and in nothing else.
/// </summary>
internal sealed partial class DirectorySync(
    SyncRuns runs, WeComClient client, NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, TenantStops stops,
    IOptions<SyncOptions> options, TimeProvider clock, ILogger<DirectorySync> logger)
{
    /// <exception cref="RunInProgressException">Another process syncs this tenant's directory.</exception>
    public async Task<SyncReport> RunAsync(long tenantId, SyncKind kind, SyncRequest request, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var tenant = await db.Tenants.Include(t => t.Settings).SingleAsync(t => t.Id == tenantId, ct);
        if (tenant.State == TenantState.Stopped)
        {
            return Stopped(tenant);
        }

        await using var session = await runs.BeginAsync(tenantId, kind, request.Trigger, request.DryRun, ct);
        LogStarted(tenant.Key, kind, session.Run.Id);
        request.Started?.Invoke(session.Run);
        var started = Stopwatch.GetTimestamp();
        var calls = new ApiCallCounter();
        SyncReport report;
        try
        {
            report = await SyncAsync(tenant, session, request, calls, started);
            if (tenant.State == TenantState.Slowed && !request.DryRun)
            {
                tenant.Resume();
            }

            await db.SaveChangesAsync(ct);
        }
        catch (Exception failure) when (RunFailures.ReportOf(failure, session, ct) is { } failed)
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
        var steps = new List<string>();
        var facts = await ReadAsync(tenant, session, request, DirectoryCallers.Of(tenant, calls), steps, ct);

        session.Enter("merge");
        session.Run.ApiCalls = calls.Count;
        await using var merge = await Merge.BeginAsync(
            session.Connection, tenant.Id, session.Run.Part, session.Run.Fence, $"run:{session.Run.Id}", ct);
        var directory = new DirectoryMerge(facts, new RemovalGuard(tenant.MaxRemoved, tenant.MaxRemovedPercent));
        await directory.PrepareAsync(merge, ct);
        var planned = request.DryRun || request.Object is not null ? await merge.PlanAsync(ct) : [];
        if (request.DryRun)
        {
            await merge.CountAsync(ct);
        }
        else
        {
            await merge.ApplyAsync(session.Run.Id, ct);
            await directory.MarkReadAsync(merge, ct);
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
            Steps = steps,
            Drift = request.Object is not null ? null : await SyncRuns.IsFirstAsync(session.Connection, session.Run, ct) ? null : await merge.DriftAsync(ct),
            Fields = await FieldGrants.ListAsync(session.Connection, tenant.Id, ct),
        };
        if (request.Object is null && report.Counts[DirectoryTables.Users.Entity].Read + report.Counts[DirectoryTables.Departments.Entity].Read == 0)
        {
            throw new NothingReadException();
        }

        report = report with { Error = Summary(report), Action = Action(tenant, session.Run.Kind, report) };
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

    private async Task<DirectoryFacts> ReadAsync(
        Tenant tenant, RunSession session, SyncRequest request, DirectoryCallers callers, List<string> steps, CancellationToken ct)
    {
        if (request.Object is { } wanted)
        {
            return await new ObjectReader(client, callers, session, steps.Add).ReadAsync(wanted, ct);
        }

        var marks = session.Run.Kind == SyncKind.Full
            ? null
            : await ReadMarks.LoadAsync(session.Connection, tenant.Id, session.DatabaseNow, options.Value, ct);
        var reader = new DirectoryReader(client, tenant, callers, session, marks, request);
        await reader.ReadAsync(ct);
        return reader.Facts;
    }

    private static string? Summary(SyncReport report) =>
        report.Errors.Count == 0 ? null : $"{report.Errors.Count} objects could not be read and stay as they were; first: {report.Errors[0].Message}";

    private static string? Action(Tenant tenant, SyncKind kind, SyncReport report) => report.Total.Held == 0
        ? null
        : $"{report.Total.Held} removals are held because they are more than the guard allows. If they are right: "
            + $"sync {tenant.Key} {EnumText.Of(kind)} --approve {report.RunId}; `held list {tenant.Key}` names them.";

    private static SyncReport Stopped(Tenant tenant) => new()
    {
        RunId = 0,
        State = RunState.Stopped,
        Duration = TimeSpan.Zero,
        Error = tenant.StoppedReason,
        Action = tenant.StoppedAction,
    };

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
            else if (report.State == RunState.Failed)
            {
                await stops.SlowAsync(tenant.Id, report, patience.Token);
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

    [LoggerMessage(LogLevel.Information, "Tenant {Tenant}: {Kind} sync started, run {Run}")]
    private partial void LogStarted(string tenant, SyncKind kind, long run);

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
