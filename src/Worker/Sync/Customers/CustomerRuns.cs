using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>Carries whatever reads a tenant's customers: a pull, a check, a look at one.</summary>
internal sealed class CustomerRuns(
    SyncRuns runs, StagingConnections connections, IDbContextFactory<SyncDbContext> contexts, RunEnding ending, CustomerRests rests)
{
    /// <returns>With its settings.</returns>
    public async Task<Tenant> FindAsync(long tenantId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Tenants.AsNoTracking().Include(t => t.Settings).SingleAsync(t => t.Id == tenantId, ct);
    }

    /// <param name="tenant">With its settings.</param>
    /// <param name="kind">Stands in the run's row.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="work">Reads and merges, part by part.</param>
    /// <param name="ct">Asks it to stop at the next safe point.</param>
    /// <exception cref="MirrorBusyException">Another process reads this tenant's customers.</exception>
    public async Task<SyncReport> RunAsync(
        Tenant tenant, SyncKind kind, SyncRequest request, Func<PullSession, CancellationToken, Task> work, CancellationToken ct)
    {
        if (tenant.State == TenantState.Stopped)
        {
            return RunEnding.AlreadyStopped(tenant);
        }

        await using var session = await runs.BeginAsync(tenant.Id, kind, MirrorPart.Customers, request.Trigger, request.DryRun, ct);
        return await ending.CarryAsync(
            tenant,
            session,
            request,
            async (calls, steps) =>
            {
                var report = ReportOf(await WorkAsync(session, tenant, request, calls, steps, work), calls.Count);
                return await SyncRuns.CloseAsync(session.Connection, session.Run, report, session.Token) ? report : throw new RunSupersededException();
            },
            ct);
    }

    private async Task<PullSession> WorkAsync(
        RunSession session, Tenant tenant, SyncRequest request, ApiCallCounter calls, List<string> steps,
        Func<PullSession, CancellationToken, Task> work)
    {
        try
        {
            var pull = new PullSession(session, tenant, CustomerCaller.Of(tenant, calls), request, steps, connections);
            await work(pull, session.Token);
            session.Enter("done");
            if (!request.DryRun)
            {
                await rests.EndAsync(tenant.Id, session.Token);
            }

            return pull;
        }
        catch (Exception refused) when (!request.DryRun && CustomerRests.IsReason(refused))
        {
            await rests.BeginAsync(tenant.Id, refused, session.Token);
            throw;
        }
    }

    private static SyncReport ReportOf(PullSession pull, int apiCalls)
    {
        var facts = pull.Facts;
        var report = new SyncReport
        {
            RunId = pull.Run.Run.Id,
            State = facts.Errors.Count > 0 ? RunState.Partial : RunState.Done,
            DryRun = pull.DryRun,
            Counts = facts.Counts,
            Errors = facts.Errors,
            Warnings = facts.Warnings,
            ApiCalls = apiCalls,
            Planned = facts.Planned,
        };
        return report with { Error = RunEnding.Summary(report), Action = RunEnding.HeldAction(pull.Tenant, SyncKind.Customers, report) };
    }
}
