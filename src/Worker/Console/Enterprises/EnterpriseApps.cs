using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Enterprises;

/// <summary>Which apps an enterprise has and which of them are switched on; and what enterprises get that are added from now on.</summary>
internal sealed class EnterpriseApps(SyncDbContext db)
{
    /// <param name="tenantId">Which tenant; <see cref="TenantApp.OfNewEnterprises"/> for the default.</param>
    /// <param name="ct">The visitor left.</param>
    public async Task<IReadOnlyList<TenantApp>> ReadAsync(long tenantId, CancellationToken ct)
    {
        var stored = await db.TenantApps.AsNoTracking().Where(app => app.TenantId == tenantId).ToDictionaryAsync(app => app.App, ct);
        return [.. Enum.GetValues<EnterpriseApp>().Select(app => stored.GetValueOrDefault(app) ?? new TenantApp { TenantId = tenantId, App = app })];
    }

    /// <summary>An administrator switches an app that the enterprise has.</summary>
    /// <returns>False if the enterprise does not have it.</returns>
    public async Task<bool> SwitchAsync(long tenantId, EnterpriseApp app, bool on, CancellationToken ct)
    {
        var done = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO control.tenant_apps AS a (tenant_id, app, granted, enabled) VALUES ({tenantId}, {EnumText.Of(app)}, true, {on})
            ON CONFLICT (tenant_id, app) DO UPDATE SET enabled = EXCLUDED.enabled WHERE a.granted
            """, ct);
        await NotifyAsync(tenantId, ct);
        return done > 0;
    }

    /// <summary>An operator says which apps an enterprise has.</summary>
    public async Task GrantAsync(long tenantId, IReadOnlySet<EnterpriseApp> granted, CancellationToken ct)
    {
        foreach (var app in Enum.GetValues<EnterpriseApp>())
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO control.tenant_apps (tenant_id, app, granted, enabled) VALUES ({tenantId}, {EnumText.Of(app)}, {granted.Contains(app)}, true)
                ON CONFLICT (tenant_id, app) DO UPDATE SET granted = EXCLUDED.granted
                """, ct);
        }

        await NotifyAsync(tenantId, ct);
    }

    /// <summary>Schedules follow.</summary>
    private Task<int> NotifyAsync(long tenantId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({TenantChanges.Channel}, {tenantId}::text)", ct);
}
