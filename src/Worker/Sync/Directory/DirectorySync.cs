using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// A full or an incremental sync of one tenant's directory: fetch → stage → guard → merge, with its run row from start to end. The two
/// differ in whose details they ask for, and in nothing else.
/// </summary>
internal sealed class DirectorySync(
    SyncRuns runs, WeComClient client, IDbContextFactory<SyncDbContext> contexts, IOptions<SyncOptions> options, RunEnding ending)
{
    /// <exception cref="MirrorBusyException">Another process syncs this tenant's directory.</exception>
    public async Task<SyncReport> RunAsync(long tenantId, SyncKind kind, SyncRequest request, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().Include(t => t.Settings).SingleAsync(t => t.Id == tenantId, ct);
        if (tenant.State == TenantState.Stopped)
        {
            return RunEnding.AlreadyStopped(tenant);
        }

        await using var session = await runs.BeginAsync(tenantId, kind, request.Trigger, request.DryRun, ct);
        return await ending.CarryAsync(tenant, session, request, (calls, steps) => SyncAsync(tenant, session, request, calls, steps), ct);
    }

    private async Task<SyncReport> SyncAsync(Tenant tenant, RunSession session, SyncRequest request, ApiCallCounter calls, List<string> steps)
    {
        var ct = session.Token;
        var known = (tenant.FetchChildHonoured, tenant.TooLargeSubtree);
        var facts = await ReadAsync(tenant, session, request, DirectoryCallers.Of(tenant, calls), steps, ct);

        session.Enter("merge");
        session.Run.ApiCalls = calls.Count;
        await using var merge = await Merge.BeginAsync(
            session.Connection, tenant.Id, session.Run.Part, session.Run.Fence, $"run:{session.Run.Id}", ct);
        var directory = new DirectoryMerge(facts, new RemovalGuard(tenant.MaxRemoved, tenant.MaxRemovedPercent));
        await directory.PrepareAsync(merge, ct);
        var planned = new List<PlannedChange>();
        if (request.DryRun || request.Object is not null)
        {
            await merge.PlanAsync(request.MostPlanned, planned.Add, ct);
        }

        if (request.DryRun)
        {
            await merge.CountAsync(ct);
        }
        else
        {
            await merge.ApplyAsync(session.Run.Id, ct);
            await directory.MarkReadAsync(merge, ct);
        }

        if (request.Object is not null && facts.Errors.Count == 0)
        {
            steps.Add(RunEnding.Compared(planned.Count, request.DryRun));
        }

        session.Enter("done");
        var report = new SyncReport
        {
            RunId = session.Run.Id,
            State = facts.Errors.Count > 0 ? RunState.Partial : RunState.Done,
            DryRun = request.DryRun,
            Counts = merge.Counts,
            Errors = facts.Errors,
            Warnings = facts.Warnings,
            ApiCalls = calls.Count,
            Planned = planned,
            Drift = request.Object is not null ? null : await SyncRuns.IsFirstAsync(session.Connection, session.Run, ct) ? null : await merge.DriftAsync(ct),
            Fields = await FieldGrants.ListAsync(session.Connection, tenant.Id, ct),
        };
        if (request.Object is null && report.Counts[DirectoryTables.Users.Entity].Read + report.Counts[DirectoryTables.Departments.Entity].Read == 0
            && !(facts.WholeCompanyListed && await session.Connection.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM mirror.departments WHERE tenant_id = $1)", [tenant.Id], ct)))
        {
            throw new NothingReadException();
        }

        report = report with { Error = RunEnding.Summary(report), Action = RunEnding.HeldAction(tenant, session.Run.Kind, report) };
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

        if (known != (tenant.FetchChildHonoured, tenant.TooLargeSubtree))
        {
            // These columns are the runs' own; an administrator may have saved the others since the run began.
            await session.Connection.ExecuteAsync(
                "UPDATE control.tenants SET fetch_child_honoured = $2, too_large_subtree = $3 WHERE id = $1",
                [tenant.Id, tenant.FetchChildHonoured, tenant.TooLargeSubtree], ct);
        }

        if (tenant.State == TenantState.Slowed || tenant.Retries > 0)
        {
            await TenantStops.ReleaseAsync(session.Connection, tenant.Id, ct);
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
}
