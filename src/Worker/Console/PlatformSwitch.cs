using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole;

/// <summary>Whether the platform's plug-in 企业微信管理 is on, as every page says, and whether an enterprise's app is.</summary>
internal sealed class PlatformSwitch(SyncDbContext db)
{
    /// <summary>On, unless somebody switched it off.</summary>
    public async Task<bool> IsOnAsync(CancellationToken ct) => !await db.Platforms.AnyAsync(platform => !platform.PluginOn, ct);

    /// <summary>Whether an enterprise has an app and has it switched on.</summary>
    public async Task<bool> IsAppOnAsync(long tenantId, EnterpriseApp app, CancellationToken ct) =>
        !await db.TenantApps.AnyAsync(stored => stored.TenantId == tenantId && stored.App == app && !(stored.Granted && stored.Enabled), ct);
}
