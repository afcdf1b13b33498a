using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync;

/// <summary>Stops a tenant after an answer that only a person can mend.</summary>
internal sealed class TenantStops(IDbContextFactory<SyncDbContext> contexts, TimeProvider clock)
{
    public async Task StopAsync(long tenantId, WeComException reason, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var tenant = await db.Tenants.SingleAsync(t => t.Id == tenantId, ct);
        tenant.Stop(reason.ErrCode, reason.Message, reason.Action, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
    }
}
