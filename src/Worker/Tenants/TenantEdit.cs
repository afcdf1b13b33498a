using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Events;

namespace WeComSync.Worker.Tenants;

/// <summary>Changes a part of one tenant's settings as a person asked for it, in the way in which a tenant file is applied.</summary>
internal sealed class TenantEdit(IDbContextFactory<SyncDbContext> contexts, TenantApply apply, SecretProtector protector, NpgsqlDataSource dataSource)
{
    /// <param name="tenantId">Which tenant.</param>
    /// <param name="basedOn">The tenant's <see cref="Tenant.ChangedAt"/> that the person saw; null if the edit does not depend on it.</param>
    /// <param name="edit">Changes the entry, and of the tenant what no entry has.</param>
    /// <param name="note">Makes the audit entry from the names of what was changed.</param>
    /// <param name="ct">Leaves everything as it was.</param>
    /// <exception cref="BadInputException">The tenant mirrors another corp than the edit names; nothing was changed.</exception>
    public async Task<EditResult> RunAsync(
        long tenantId, DateTimeOffset? basedOn, Action<TenantEntry, Tenant> edit, Func<IReadOnlyList<string>, AuditEntry> note, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await TenantApply.BeginAsync(db, ct);
        await db.Database.ExecuteSqlAsync($"SELECT FROM control.tenants WHERE id = {tenantId} FOR UPDATE", ct);
        var tenant = await db.Tenants.Include(t => t.Settings).Include(t => t.Schedules).AsSplitQuery().SingleAsync(t => t.Id == tenantId, ct);
        if (basedOn is { } seen && tenant.ChangedAt != seen)
        {
            var meanwhile = await db.Audit.AsNoTracking()
                .Where(entry => entry.TenantId == tenantId && entry.At >= seen && entry.Action == AuditAction.SettingsChanged)
                .OrderBy(entry => entry.Id).ToListAsync(ct);
            return new(Conflict: true, tenant.ChangedAt, [], meanwhile);
        }

        var archiveKeys = await db.ArchiveKeys.AsNoTracking().Where(key => key.TenantId == tenantId).ToListAsync(ct);
        var (before, after) = (StoredEntry.Of(tenant, archiveKeys, protector), StoredEntry.Of(tenant, archiveKeys, protector));
        var (appId, callbackKey) = (tenant.WeChatAppId, tenant.CallbackKey);
        edit(after, tenant);

        var changed = StoredEntry.Differences(before, after).ToList();
        if (appId != tenant.WeChatAppId)
        {
            changed.Add("weChatAppId");
        }

        if (callbackKey != tenant.CallbackKey)
        {
            changed.Add("callbackUrl");
        }

        if (changed.Count == 0)
        {
            return new(Conflict: false, tenant.ChangedAt, [], []);
        }

        await apply.ApplyAsync(db, [after], otherwiseChanged: true, ct);
        db.Audit.Add(note(changed));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await EventReplay.WakeAsync(dataSource, [tenantId], ct);
        return new(Conflict: false, tenant.ChangedAt, changed, []);
    }
}

/// <summary>How an edit ended.</summary>
/// <param name="Conflict">Somebody else saved after the person had opened the page; nothing was changed.</param>
/// <param name="ChangedAt">The settings' age now: the next attempt is based on it.</param>
/// <param name="Changed">Names of the values that were changed.</param>
/// <param name="Meanwhile">What the others did.</param>
internal sealed record EditResult(bool Conflict, DateTimeOffset ChangedAt, IReadOnlyList<string> Changed, IReadOnlyList<AuditEntry> Meanwhile);
