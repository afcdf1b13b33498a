using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WebConsole.Platforms;

/// <summary>平台绑定企业: binds the platform to one enterprise, once and for good. The database refuses a second time, a change and a removal by itself.</summary>
internal sealed class PlatformBindings(SyncDbContext db, NpgsqlDataSource dataSource, TimeProvider clock)
{
    public Task<PlatformBinding?> FindAsync(CancellationToken ct) => db.PlatformBindings.AsNoTracking().SingleOrDefaultAsync(ct);

    /// <summary>What must hold so that a customer of the enterprise and a member of the platform can be found to be one person.</summary>
    public async Task<BindingConditions> CheckAsync(Platform? platform, Tenant enterprise, CancellationToken ct)
    {
        await using var arriving = dataSource.CreateCommand("SELECT EXISTS (SELECT FROM mirror.customers WHERE tenant_id = $1 AND unionid <> '')");
        arriving.Add(enterprise.Id);
        return new(
            SameAppId: platform?.AppId is { } appId && appId == enterprise.WeChatAppId,
            OnOpenPlatform: platform is { OnOpenPlatform: true },
            UnionIdsArrive: (bool)(await arriving.ExecuteScalarAsync(ct))!);
    }

    /// <returns>False if the platform is bound already, whoever was first.</returns>
    public async Task<bool> BindAsync(Tenant enterprise, string by, CancellationToken ct)
    {
        db.PlatformBindings.Add(new PlatformBinding { TenantId = enterprise.Id, BoundAt = clock.GetUtcNow(), BoundBy = by });
        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateException taken) when (taken.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }
}

/// <summary>What a binding needs.</summary>
/// <param name="SameAppId">The enterprise's 微信开发者ID is the platform's AppID.</param>
/// <param name="OnOpenPlatform">The AppID is bound on the WeChat open platform.</param>
/// <param name="UnionIdsArrive">WeCom returned unionids for this enterprise.</param>
internal sealed record BindingConditions(bool SameAppId, bool OnOpenPlatform, bool UnionIdsArrive);
