using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Accounts;
using WeComSync.Worker.WebConsole.Settings;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Operators and administrators.</summary>
[FreshLogin]
internal sealed class AccountsModel(SyncDbContext db, Administrators administrators) : ConsolePage
{
    private const int MostShown = 500;

    public IReadOnlyList<(Account Account, IReadOnlyList<(long Id, string Key)> Enterprises)> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var accounts = await db.Accounts.AsNoTracking().OrderBy(account => account.NormalizedEmail).Take(MostShown).ToListAsync(ct);
        var ids = accounts.Select(account => account.Id).ToList();
        var rights = await (
            from right in db.AccountTenants
            where ids.Contains(right.AccountId)
            join tenant in db.Tenants on right.TenantId equals tenant.Id
            orderby tenant.Key
            select new { right.AccountId, tenant.Id, tenant.Key }).ToListAsync(ct);
        var byAccount = rights.ToLookup(right => right.AccountId, right => (right.Id, right.Key));
        Rows = [.. accounts.Select(account => (account, (IReadOnlyList<(long, string)>)[.. byAccount[account.Id]]))];
    }

    public async Task<IActionResult> OnPostAddAsync([FromForm] string? email, [FromForm] string? enterpriseKey, CancellationToken ct)
    {
        var (address, key) = (email?.Trim() ?? "", enterpriseKey?.Trim() ?? "");
        var tenant = key.Length == 0 ? null : await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Key == key, ct);
        if (SettingRules.Check("email", address, T) is { } wrong || (key.Length > 0 && tenant is null && (wrong = T["没有这个标识的企业。"]) is not null))
        {
            await OnGetAsync(ct);
            return Refused(wrong);
        }

        var password = await administrators.AddAsync(address, tenant?.Id, ct);
        return Accepted("/operator/accounts", password is null ? T["已添加权限。"] : T["管理员 {0} 的初始密码：{1}（只显示这一次）", address, password]);
    }

    public async Task<IActionResult> OnPostRemoveAsync([FromForm] long account, [FromForm] long tenant, CancellationToken ct)
    {
        await administrators.RemoveAsync(account, tenant, ct);
        return Accepted("/operator/accounts", T["已移除。"]);
    }

    public async Task<IActionResult> OnPostResetAsync([FromForm] long account, CancellationToken ct) =>
        await administrators.ResetAsync(account, ct) is { } password
            ? Accepted("/operator/accounts", T["新密码：{0}（只显示这一次）", password])
            : NotFound();
}
