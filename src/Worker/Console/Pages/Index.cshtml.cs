using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Access;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Leads operators to all enterprises and administrators to theirs.</summary>
internal sealed class IndexModel(SyncDbContext db) : ConsolePage
{
    /// <summary>Key and name of those that the account administers.</summary>
    public IReadOnlyList<(string Key, string Name)> Enterprises { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(bool choose, CancellationToken ct)
    {
        if (User.IsInRole(Policies.Operator))
        {
            return LocalRedirect("/operator/enterprises");
        }

        var account = User.AccountId();
        var own = await (
            from right in db.AccountTenants
            join tenant in db.Tenants on right.TenantId equals tenant.Id
            where right.AccountId == account
            orderby tenant.Name, tenant.Key
            select new { tenant.Key, tenant.Name }).ToListAsync(ct);
        if (own.Count == 1 && !choose)
        {
            return LocalRedirect($"/e/{own[0].Key}");
        }

        Enterprises = [.. own.Select(tenant => (tenant.Key, tenant.Name))];
        return Page();
    }
}
