using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync;

/// <summary>Stops a tenant after an answer that only a person can mend, and slows one whose runs keep failing.</summary>
internal sealed class TenantStops(IDbContextFactory<SyncDbContext> contexts, TimeProvider clock)
{
    /// <summary>So many failed runs one after another slow a tenant.</summary>
    private const int FailuresInARow = 3;

    /// <summary>How long a slowed tenant's scheduled runs leave it alone.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>
    /// Before each further try after a refusal of this server's address. Where calls leave from several addresses, of which not all are trusted,
    /// 60020 comes and goes; one that stays is asked four times more, in three hours, and then waits for a person.
    /// </summary>
    private static readonly TimeSpan[] AddressGaps = [TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(40), TimeSpan.FromMinutes(120)];

    /// <summary>Whether a slowed tenant was tried a short while ago.</summary>
    public async Task<bool> HoldsBackAsync(long tenantId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var since = clock.GetUtcNow() - Pause;
        return await db.Tenants.AnyAsync(t => t.Id == tenantId && t.State == TenantState.Slowed, ct)
            && await db.SyncRuns.AnyAsync(r => r.TenantId == tenantId && r.StartedAt > since, ct);
    }

    /// <summary>Lets a tenant run less often whose last runs all failed.</summary>
    public async Task SlowAsync(long tenantId, SyncReport failed, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var last = await db.SyncRuns.Where(r => r.TenantId == tenantId && r.State != RunState.Running && r.State != RunState.Cancelled && !r.DryRun)
            .OrderByDescending(r => r.Id).Take(FailuresInARow).Select(r => r.State).ToListAsync(ct);
        if (last.Count == FailuresInARow && last.TrueForAll(state => state == RunState.Failed))
        {
            await ChangeAsync(db, tenantId, tenant => tenant.Slow(failed.Error ?? "", failed.Action ?? "", clock.GetUtcNow()), ct);
        }
    }

    /// <summary>Lets a slowed tenant run as often as before, and forgets earlier tries; in the transaction of the run that proves that it can.</summary>
    public static Task<int> ReleaseAsync(NpgsqlConnection connection, long tenantId, CancellationToken ct) => connection.ExecuteAsync("""
        UPDATE control.tenants SET state = 'active', stopped_at = NULL, stopped_code = NULL, stopped_reason = NULL, stopped_action = NULL, retries = 0
        WHERE id = $1 AND (state = 'slowed' OR state = 'active' AND retries > 0)
        """, [tenantId], ct);

    public async Task StopAsync(long tenantId, WeComException reason, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await ChangeAsync(db, tenantId, tenant => tenant.Stop(
            reason.ErrCode, reason.Message, reason.Action, clock.GetUtcNow(), reason.ErrCode == WeComErrors.IpNotTrusted ? AddressGaps : []), ct);
    }

    private static async Task ChangeAsync(SyncDbContext db, long tenantId, Action<Tenant> change, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Whoever saves the tenant at this moment comes before or after: a stop must not be lost to a conflict.
        await db.Database.ExecuteSqlAsync($"SELECT FROM control.tenants WHERE id = {tenantId} FOR UPDATE", ct);
        change(await db.Tenants.SingleAsync(t => t.Id == tenantId, ct));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }
}
