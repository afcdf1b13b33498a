using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;
using WeComSync.Worker.WeCom.Tokens;

namespace WeComSync.Worker.Tenants;

/// <summary>Lets a stopped tenant go on, after a person mended what had stopped it.</summary>
internal static class TenantResume
{
    /// <returns>False if the tenant was not stopped.</returns>
    /// <exception cref="BadInputException">There is no such tenant.</exception>
    public static async Task<bool> RunAsync(SyncDbContext db, string key, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT FROM control.tenants WHERE key = {key} FOR UPDATE", ct);
        var tenant = await db.Tenants.SingleOrDefaultAsync(tenant => tenant.Key == key, ct)
            ?? throw new BadInputException($"There is no tenant '{key}'; nothing was changed. 'tenants list' shows their keys.");
        if (tenant.State != TenantState.Stopped)
        {
            return false;
        }

        tenant.Resume();
        tenant.ChangedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(ct);
        await TokenStore.ForgetRefusalsAsync(db, tenant.Id, ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_notify({TenantChanges.Channel}, {tenant.Id}::text)", ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
