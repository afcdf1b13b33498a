using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Commands;

/// <summary>Finds the tenant that a command line names.</summary>
internal static class TenantLookup
{
    /// <exception cref="BadInputException">There is none.</exception>
    /// <exception cref="CommandFailedException">It is disabled.</exception>
    public static async Task<Tenant> FindAsync(IServiceProvider services, string key, CancellationToken ct)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Key == key, ct)
            ?? throw new BadInputException($"There is no tenant '{key}'. `tenants list` shows them, `tenants apply FILE` adds one.", []);
        return tenant.Enabled
            ? tenant
            : throw new CommandFailedException($"Tenant {key} is disabled. Set \"enabled\": true in its file and run `tenants apply`.");
    }
}
