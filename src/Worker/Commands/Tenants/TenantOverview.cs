using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary>One tenant as <c>tenants list</c> shows it.</summary>
internal sealed record TenantOverview(
    string Key, long Id, string Name, string CorpId, bool Enabled, ShownState State, StopReason? Stopped, IReadOnlyList<RunOverview> LastRuns)
{
    public static async Task<IReadOnlyList<TenantOverview>> ReadAsync(SyncDbContext db, CancellationToken ct)
    {
        var tenants = await db.Tenants.AsNoTracking().OrderBy(tenant => tenant.Key).ToListAsync(ct);
        // The newest run of each kind. A dry run changed nothing and says nothing about how old the mirror is.
        var runs = await db.SyncRuns.FromSql($"""
            SELECT run.* FROM control.tenants tenant
            CROSS JOIN unnest({SyncKinds.Scheduled.Select(EnumText.Of).ToArray()}) AS wanted (kind)
            CROSS JOIN LATERAL (
                SELECT * FROM control.sync_runs WHERE tenant_id = tenant.id AND kind = wanted.kind AND NOT dry_run
                ORDER BY started_at DESC, id DESC LIMIT 1) AS run
            """).AsNoTracking().ToListAsync(ct);
        var byTenant = runs.ToLookup(run => run.TenantId);
        return [.. tenants.Select(tenant => Of(tenant, byTenant[tenant.Id]))];
    }

    private static TenantOverview Of(Tenant tenant, IEnumerable<SyncRun> runs)
    {
        var stopped = tenant.State != TenantState.Active
            ? new StopReason(tenant.StoppedAt, tenant.StoppedCode, tenant.StoppedReason, tenant.StoppedAction)
            : null;
        var state = tenant.State == TenantState.Stopped ? ShownState.Stopped
            : !tenant.Enabled ? ShownState.Disabled
            : !tenant.SwitchedOn ? ShownState.SwitchedOff
            : tenant.State == TenantState.Slowed ? ShownState.Slowed : ShownState.Active;
        return new(
            tenant.Key, tenant.Id, tenant.Name, tenant.CorpId, tenant.Enabled, state, stopped, [.. runs.OrderBy(run => run.Kind).Select(RunOverview.Of)]);
    }
}

/// <summary>Whether anything is done for a tenant. One that is stopped and disabled or switched off shows as stopped: a person must act.</summary>
internal enum ShownState
{
    Active,

    /// <summary>By the operator.</summary>
    Disabled,

    /// <summary>By the tenant's administrators.</summary>
    SwitchedOff,
    Slowed,
    Stopped,
}

/// <summary>Why a tenant is stopped or slowed and what mends it.</summary>
internal sealed record StopReason(DateTimeOffset? At, int? Code, string? Reason, string? Action);
