using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Commands;

/// <summary>Finds the tenant that a command line names.</summary>
internal static class TenantLookup
{
    /// <exception cref="BadInputException">There is none.</exception>
    /// <exception cref="CommandFailedException">It is disabled, or switched off.</exception>
    public static async Task<Tenant> FindAsync(IServiceProvider services, string key, CancellationToken ct)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Key == key, ct)
            ?? throw new BadInputException($"There is no tenant '{key}'. `tenants list` shows them, `tenants apply FILE` adds one.", []);
        return tenant.Works ? tenant : throw new CommandFailedException(tenant.Enabled
            ? $"Tenant {key} is switched off by its administrators. Ask them to switch 开启 on in the WeCom settings of the console."
            : $"Tenant {key} is disabled. Set \"enabled\": true in its file and run `tenants apply`.");
    }
}
