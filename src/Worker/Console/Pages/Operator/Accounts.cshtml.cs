using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Accounts;
using WeComSync.Worker.WebConsole.Settings;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Operators and administrators. Nobody becomes an operator by a field left empty: that is a form of its own, and asks twice.</summary>
[FreshLogin]
internal sealed class AccountsModel(SyncDbContext db, Administrators administrators) : ConsolePage
{
    private const int MostShown = 500;
    private const string Address = "/operator/accounts";

    public IReadOnlyList<(Account Account, IReadOnlyList<(long Id, string Key)> Enterprises)> Rows { get; private set; } = [];

    public Dictionary<string, string> Values { get; } = [];

    /// <summary>Which of the page's forms was refused; null for one of the list's.</summary>
    public string? Form { get; private set; }

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

    public async Task<IActionResult> OnPostAddAsync(CancellationToken ct)
    {
        var (email, key) = (Read("email", "email"), Read("enterpriseKey", "key"));
        if (Problems.Count == 0)
        {
            var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Key == key, ct);
            if (tenant is null)
            {
                Problems["enterpriseKey"] = T["没有这个标识的企业。"];
            }
            else if (Added("email", await administrators.AddAsync(email, tenant.Id, ct)) is { } added)
            {
                return Accepted(Address, added.Password is { } password ? T["管理员 {0} 的初始密码：{1}（只显示这一次）", email, password] : T["已添加权限。"]);
            }
        }

        return await RefusedAsync("add", ct);
    }

    public async Task<IActionResult> OnPostOperatorAsync(CancellationToken ct)
    {
        var email = Read("operatorEmail", "email");
        if (Request.Form["confirm"] != "true")
        {
            Problems["confirm"] = T["请勾选确认。"];
        }

        return Problems.Count == 0 && Added("operatorEmail", await administrators.AddOperatorAsync(email, ct)) is { } added
            ? Accepted(Address, added.Password is { } password ? T["运维人员 {0} 的初始密码：{1}（只显示这一次）", email, password] : T["已设为运维人员。"])
            : await RefusedAsync("operator", ct);
    }

    public async Task<IActionResult> OnPostDemoteAsync([FromForm] long account, CancellationToken ct) =>
        await ConcludeAsync(await administrators.DemoteAsync(account, ct), T["已撤销运维权限。"], ct);

    public async Task<IActionResult> OnPostDeleteAsync([FromForm] long account, CancellationToken ct) =>
        await ConcludeAsync(await administrators.RemoveAccountAsync(account, ct), T["账号已删除。"], ct);

    public async Task<IActionResult> OnPostRemoveAsync([FromForm] long account, [FromForm] long tenant, CancellationToken ct)
    {
        await administrators.RemoveAsync(account, tenant, ct);
        return Accepted(Address, T["已移除。"]);
    }

    public async Task<IActionResult> OnPostResetAsync([FromForm] long account, CancellationToken ct) =>
        await administrators.ResetAsync(account, ct) is { } password
            ? Accepted(Address, T["新密码：{0}（只显示这一次）", password])
            : NotFound();

    private string Read(string field, string rule)
    {
        var text = Request.Form[field].ToString().Trim();
        Values[field] = text;
        if (text.Length == 0 || SettingRules.Check(rule, text, T) is not null)
        {
            Problems[field] = text.Length == 0 ? T["此项必填。"] : SettingRules.Check(rule, text, T)!;
        }

        return text;
    }

    /// <returns>Null if the address was refused, which then stands beside its field.</returns>
    private AddedAccount? Added(string field, AddedAccount added)
    {
        if (added.Problem is not { } problem)
        {
            return added;
        }

        Problems[field] = problem;
        return null;
    }

    private async Task<IActionResult> ConcludeAsync(RightsChange change, string done, CancellationToken ct)
    {
        switch (change)
        {
            case RightsChange.Done:
                return Accepted(Address, done);
            case RightsChange.Unknown:
                return NotFound();
            default:
                await OnGetAsync(ct);
                return Refused(change == RightsChange.LastOperator
                    ? T["这是最后一个运维人员，不能撤销或删除。请先添加另一个。"]
                    : T["这是配置的运维账号（Console:Operator:Email），不能在这里撤销或删除。请先更改配置。"]);
        }
    }

    private async Task<IActionResult> RefusedAsync(string form, CancellationToken ct)
    {
        Form = form;
        await OnGetAsync(ct);
        return Refused();
    }
}
