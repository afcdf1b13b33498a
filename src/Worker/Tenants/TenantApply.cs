using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;

namespace WeComSync.Worker.Tenants;

/// <summary>Creates and updates the tenants of a file, all of them or none.</summary>
internal sealed class TenantApply(
    IDbContextFactory<SyncDbContext> contexts, SecretProtector protector, CallbackAddresses addresses, TimeProvider clock)
{
    /// <summary>The blocks whose change may have mended what stopped a tenant.</summary>
    private static readonly string[] Credentials = ["corpId", .. Enum.GetValues<Channel>().Select(EnumText.Of)];

    /// <exception cref="BadInputException">An entry does not fit what is stored; nothing was changed.</exception>
    public async Task<AppliedFile> RunAsync(IReadOnlyList<TenantEntry> entries, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await BeginAsync(db, ct);
        var applied = await ApplyAsync(db, entries, otherwiseChanged: false, ct);
        var warnings = await FindWarningsAsync(db, entries, ct);
        await transaction.CommitAsync(ct);
        return new(applied, warnings);
    }

    /// <summary>Begins a transaction that no other change of tenants' settings overlaps.</summary>
    public static async Task<IDbContextTransaction> BeginAsync(SyncDbContext db, CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AdvisoryLocks.TenantApply})", ct);
        return transaction;
    }

    /// <summary>The work itself, in a transaction of <see cref="BeginAsync"/>.</summary>
    /// <param name="db">Whose transaction it is.</param>
    /// <param name="entries">What the tenants shall be.</param>
    /// <param name="otherwiseChanged">The caller changed what no entry has; the tenants count as changed in any case.</param>
    /// <param name="ct">Leaves everything as it was.</param>
    /// <exception cref="BadInputException">As above.</exception>
    public async Task<IReadOnlyList<AppliedTenant>> ApplyAsync(
        SyncDbContext db, IReadOnlyList<TenantEntry> entries, bool otherwiseChanged, CancellationToken ct)
    {
        var tenants = await LoadAsync(db, entries, ct);
        await RefuseOtherCorpAsync(db, tenants, entries, ct);

        var now = clock.GetUtcNow();
        var created = AddMissing(db, tenants, entries, now);
        // Gives the new ones their ids, which are part of what secrets are protected with.
        await db.SaveChangesAsync(ct);

        var fresh = created.Select(key => tenants[key].Id).ToArray();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO control.tenant_apps (tenant_id, app, granted, enabled)
            SELECT id, app, granted, true FROM control.tenant_apps, unnest({fresh}) AS id WHERE tenant_id = {TenantApp.OfNewEnterprises}
            """, ct);

        var ids = tenants.Values.Select(tenant => tenant.Id).ToList();
        var archiveKeys = (await db.ArchiveKeys.Where(key => ids.Contains(key.TenantId)).ToListAsync(ct)).ToLookup(key => key.TenantId);
        var writer = new TenantSettingsWriter(db, protector, now);
        var applied = new List<AppliedTenant>();
        foreach (var entry in entries)
        {
            var tenant = tenants[entry.Key];
            var changed = writer.Write(tenant, [.. archiveKeys[tenant.Id]], entry);
            applied.Add(Conclude(tenant, entry, changed, created.Contains(entry.Key), now));
            if (otherwiseChanged)
            {
                tenant.ChangedAt = now;
            }
        }

        await db.SaveChangesAsync(ct);
        await NotifyAsync(db, [.. applied.Where(tenant => otherwiseChanged || tenant.Result != ApplyOutcome.Unchanged).Select(tenant => tenant.Id)], ct);
        return applied;
    }

    private static async Task<Dictionary<string, Tenant>> LoadAsync(SyncDbContext db, IReadOnlyList<TenantEntry> entries, CancellationToken ct)
    {
        var keys = entries.Select(entry => entry.Key).ToArray();
        // Locked, so that a run which stops the tenant or learns something about it comes before or after, not between.
        await db.Database.ExecuteSqlAsync($"SELECT FROM control.tenants WHERE key = ANY({keys}) ORDER BY id FOR UPDATE", ct);
        return await db.Tenants.Include(tenant => tenant.Settings).Include(tenant => tenant.Schedules).AsSplitQuery()
            .Where(tenant => keys.Contains(tenant.Key)).ToDictionaryAsync(tenant => tenant.Key, ct);
    }

    /// <summary>A tenant's mirror belongs to one company: with another corp id every row would go and strangers would come.</summary>
    private static async Task RefuseOtherCorpAsync(
        SyncDbContext db, Dictionary<string, Tenant> tenants, IReadOnlyList<TenantEntry> entries, CancellationToken ct)
    {
        var problems = new List<string>();
        foreach (var (index, entry) in entries.Index())
        {
            if (!tenants.TryGetValue(entry.Key, out var tenant) || string.Equals(tenant.CorpId, entry.CorpId, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (await db.Departments.AnyAsync(row => row.TenantId == tenant.Id, ct) || await db.Users.AnyAsync(row => row.TenantId == tenant.Id, ct))
            {
                problems.Add($"[{index}].corpId: is another corp than the one this tenant mirrors; give the other corp a tenant with a key of its own");
            }
            else
            {
                await db.Database.ExecuteSqlAsync($"DELETE FROM control.access_tokens WHERE tenant_id = {tenant.Id}", ct);
            }
        }

        if (problems.Count > 0)
        {
            throw new BadInputException("A tenant stays with its corp; nothing was changed. Correct what is listed and apply the file again.", problems);
        }
    }

    private static HashSet<string> AddMissing(
        SyncDbContext db, Dictionary<string, Tenant> tenants, IReadOnlyList<TenantEntry> entries, DateTimeOffset now)
    {
        var created = new HashSet<string>();
        foreach (var entry in entries.Where(entry => !tenants.ContainsKey(entry.Key)))
        {
            var tenant = new Tenant { Key = entry.Key, Name = entry.Name, CorpId = entry.CorpId, CreatedAt = now, ChangedAt = now };
            db.Tenants.Add(tenant);
            tenants.Add(entry.Key, tenant);
            created.Add(entry.Key);
        }

        return created;
    }

    private AppliedTenant Conclude(Tenant tenant, TenantEntry entry, IReadOnlyList<string> changed, bool created, DateTimeOffset now)
    {
        var resumed = tenant.State == TenantState.Stopped && changed.Any(Credentials.Contains);
        if (resumed)
        {
            tenant.Resume();
        }

        if (changed.Count > 0)
        {
            tenant.ChangedAt = now;
        }

        return new AppliedTenant(
            tenant.Key,
            tenant.Id,
            created ? ApplyOutcome.Created : changed.Count > 0 ? ApplyOutcome.Updated : ApplyOutcome.Unchanged,
            created ? [] : changed,
            resumed,
            [.. Enum.GetValues<Channel>().Select(channel => new CallbackAddress(
                channel,
                addresses.UrlOf(tenant, channel),
                CallbackAddresses.PathOf(tenant, channel),
                entry.Channels.GetValueOrDefault(channel)?.Token is not null))]);
    }

    /// <summary>What may be meant, but is more often a slip.</summary>
    private async Task<List<string>> FindWarningsAsync(SyncDbContext db, IReadOnlyList<TenantEntry> entries, CancellationToken ct)
    {
        var warnings = new List<string>();
        foreach (var entry in entries.Where(entry => entry.Channels.GetValueOrDefault(Channel.Customers) is { Secret: null }))
        {
            if (entry.Channels.GetValueOrDefault(Channel.App)?.Secret is null)
            {
                warnings.Add($"Tenant {entry.Key} has neither customers.secret nor app.secret: its customers cannot be read.");
            }
        }

        var corps = entries.Select(entry => entry.CorpId.ToLowerInvariant()).ToArray();
        var shared = await db.Database.SqlQuery<string>($"""
            SELECT string_agg(key, ' and ' ORDER BY key) AS "Value" FROM control.tenants
            WHERE lower(corp_id) = ANY({corps}) GROUP BY lower(corp_id) HAVING count(*) > 1
            """).ToListAsync(ct);
        warnings.AddRange(shared.Select(keys => $"The tenants {keys} have the same corp id: is that meant?"));

        if (addresses.PublicUrl is null)
        {
            warnings.Add("Callbacks:PublicUrl is not set: only the paths of the callback addresses are known. Set it to the public address of the callback host.");
        }

        return warnings;
    }

    private static async Task NotifyAsync(SyncDbContext db, long[] tenantIds, CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync($"SELECT pg_notify({TenantChanges.Channel}, id::text) FROM unnest({tenantIds}) AS id", ct);
}
