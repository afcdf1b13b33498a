using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Audit;

/// <summary>One page of the audit log, newest first.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Older">Where the next page begins; null on the last.</param>
/// <param name="Enterprise">Whose time zone counts; null for the whole installation.</param>
internal sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, long? Older, Tenant? Enterprise)
{
    private const int Size = 50;

    /// <param name="db">The database.</param>
    /// <param name="enterprise">Null for the whole installation.</param>
    /// <param name="before">Entries older than this one; null for the newest.</param>
    /// <param name="ct">The visitor left.</param>
    public static async Task<AuditPage> ReadAsync(SyncDbContext db, Tenant? enterprise, long? before, CancellationToken ct)
    {
        var entries = db.Audit.AsNoTracking();
        if (enterprise is not null)
        {
            entries = entries.Where(entry => entry.TenantId == enterprise.Id);
        }

        if (before is { } limit)
        {
            entries = entries.Where(entry => entry.Id < limit);
        }

        var found = await entries.OrderByDescending(entry => entry.Id).Take(Size + 1).ToListAsync(ct);
        return new([.. found.Take(Size)], found.Count > Size ? found[Size - 1].Id : null, enterprise);
    }
}
