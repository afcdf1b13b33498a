using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Enterprises;
using WeComSync.Worker.WebConsole.Settings;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>What an operator decides about one enterprise, or about those that are added from now on: its name, whether it works, its apps.</summary>
[FreshLogin]
internal sealed class OperatorEnterpriseModel(SyncDbContext db, EnterpriseApps apps, TenantEdit edit, AuditLog audit) : ConsolePage
{
    /// <summary>Null: enterprises that are added from now on.</summary>
    public Tenant? Known { get; private set; }

    public IReadOnlyList<TenantApp> Apps { get; private set; } = [];

    public string Name { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string? key, CancellationToken ct)
    {
        if (key is not null && !await FindAsync(key, ct))
        {
            return NotFound();
        }

        Name = Known?.Name ?? "";
        Apps = await apps.ReadAsync(Known?.Id ?? TenantApp.OfNewEnterprises, ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAppsAsync(string? key, CancellationToken ct)
    {
        if (key is not null && !await FindAsync(key, ct))
        {
            return NotFound();
        }

        var granted = Request.Form["app"].OfType<string>().Where(text => Enum.TryParse<EnterpriseApp>(text, out _)).Select(Enum.Parse<EnterpriseApp>).ToHashSet();
        var tenantId = Known?.Id ?? TenantApp.OfNewEnterprises;
        await apps.GrantAsync(tenantId, granted, ct);
        await audit.WriteAsync(tenantId, AuditAction.AppsChanged, string.Join(", ", granted.Select(EnumText.Of)), ct);
        return Accepted("/operator/enterprises", T["应用已更新。"]);
    }

    public async Task<IActionResult> OnPostRenameAsync(string? key, CancellationToken ct)
    {
        if (key is null || !await FindAsync(key, ct))
        {
            return NotFound();
        }

        await OnGetAsync(key, ct);
        Name = Request.Form["name"].ToString().Trim();
        if (Name.Length == 0 || SettingRules.Check("name", Name, T) is not null)
        {
            Problems["name"] = Name.Length == 0 ? T["此项必填。"] : SettingRules.Check("name", Name, T)!;
            return Refused();
        }

        await edit.RunAsync(Known!.Id, null, (entry, _) => entry.Name = Name, changed => audit.Entry(Known.Id, AuditAction.SettingsChanged, string.Join(", ", changed)), ct);
        return Accepted("/operator/enterprises", T["已保存。"]);
    }

    public async Task<IActionResult> OnPostEnableAsync(string? key, [FromForm] bool on, CancellationToken ct)
    {
        if (key is null || !await FindAsync(key, ct))
        {
            return NotFound();
        }

        await edit.RunAsync(
            Known!.Id, null, (entry, _) => entry.Enabled = on,
            _ => audit.Entry(Known.Id, on ? AuditAction.EnterpriseEnabled : AuditAction.EnterpriseDisabled, null), ct);
        return Accepted("/operator/enterprises", on ? T["已启用 {0}。", Shown.Line(Known.Name)] : T["已停用 {0}。", Shown.Line(Known.Name)]);
    }

    private async Task<bool> FindAsync(string key, CancellationToken ct)
    {
        Known = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(tenant => tenant.Key == key, ct);
        return Known is not null;
    }
}
