using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.WebConsole;

/// <summary>Whether the platform's plug-in 企业微信管理 is on, as every page says.</summary>
internal sealed class PlatformSwitch(SyncDbContext db)
{
    /// <summary>On, unless somebody switched it off.</summary>
    public async Task<bool> IsOnAsync(CancellationToken ct) => !await db.Platforms.AnyAsync(platform => !platform.PluginOn, ct);
}
