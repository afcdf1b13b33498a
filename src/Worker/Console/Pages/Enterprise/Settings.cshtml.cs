using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Settings;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>企业信息: what an enterprise is called, its time zone, and how much may vanish without asking.</summary>
internal sealed class EnterpriseSettingsModel(TenantEdit edit, AuditLog audit) : SettingsPage(edit, audit)
{
    public Task OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var name = Read("name", required: true);
        var zone = Read("timeZone", required: true);
        var appId = Read("weChatAppId");
        var percent = Read("maxRemovedPercent", required: true);
        var most = Read("maxRemoved", required: true);
        return SaveAsync(
            (entry, tenant) =>
            {
                entry.Name = name!;
                entry.TimeZone = zone!;
                entry.MaxRemovedPercent = int.Parse(percent!, CultureInfo.InvariantCulture);
                entry.MaxRemoved = int.Parse(most!, CultureInfo.InvariantCulture);
                tenant.WeChatAppId = appId;
            },
            AddressOf("/settings"),
            T["已保存。"],
            ct);
    }

    protected override Task ShowAsync(CancellationToken ct)
    {
        Values["name"] = Enterprise.Name;
        Values["timeZone"] = Enterprise.TimeZone;
        Values["weChatAppId"] = Enterprise.WeChatAppId ?? "";
        Values["maxRemovedPercent"] = Enterprise.MaxRemovedPercent.ToString(CultureInfo.InvariantCulture);
        Values["maxRemoved"] = Enterprise.MaxRemoved.ToString(CultureInfo.InvariantCulture);
        return base.ShowAsync(ct);
    }
}
