using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;
using WeComSync.Worker.WeCom.Tokens;

namespace WeComSync.Worker.Tenants;

/// <summary>Lets a stopped tenant go on, after a person mended what had stopped it.</summary>
internal static class TenantResume
{
    /// <summary>
    /// Changes nothing while WeCom's refusal of a secret that is still entered is fresh: the tenant would show it to WeCom again at once, and who
    /// keeps doing that gets this server's address banned, for all tenants.
    /// </summary>
    /// <exception cref="BadInputException">There is no such tenant.</exception>
    public static async Task<ResumeResult> RunAsync(SyncDbContext db, RefusedSecrets refusedSecrets, string key, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT FROM control.tenants WHERE key = {key} FOR UPDATE", ct);
        var tenant = await db.Tenants.SingleOrDefaultAsync(tenant => tenant.Key == key, ct)
            ?? throw new BadInputException($"There is no tenant '{key}'; nothing was changed. 'tenants list' shows their keys.");
        if (tenant.State != TenantState.Stopped)
        {
            return new(false, null);
        }

        if (await refusedSecrets.FindAsync(tenant, ct) is { } refused)
        {
            return new(false, refused);
        }

        tenant.Resume();
        tenant.ChangedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_notify({TenantChanges.Channel}, {tenant.Id}::text)", ct);
        await transaction.CommitAsync(ct);
        return new(true, null);
    }
}

/// <summary>What became of the wish to let a tenant go on.</summary>
/// <param name="Resumed">It goes on.</param>
/// <param name="Refused">The secret because of which it does not; null if none stands in the way.</param>
internal sealed record ResumeResult(bool Resumed, RefusedSecret? Refused);
