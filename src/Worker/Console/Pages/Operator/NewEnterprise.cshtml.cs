using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WebConsole.Accounts;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Settings;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Adds an enterprise, as a tenant file does, and its first administrator.</summary>
internal sealed class NewEnterpriseModel(SyncDbContext db, TenantApply apply, Administrators administrators, AuditLog audit) : ConsolePage
{
    public Dictionary<string, string> Values { get; } = [];

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        foreach (var field in new[] { "name", "key", "corpId", "email" })
        {
            var text = Request.Form[field].ToString().Trim();
            Values[field] = text;
            if (text.Length == 0 ? field != "email" : SettingRules.Check(field, text, T) is not null)
            {
                Problems[field] = text.Length == 0 ? T["此项必填。"] : SettingRules.Check(field, text, T)!;
            }
        }

        if (Problems.Count == 0 && await db.Tenants.AnyAsync(tenant => tenant.Key == Values["key"], ct))
        {
            Problems["key"] = T["该标识已被使用。"];
        }

        if (Problems.Count > 0)
        {
            return Refused();
        }

        var applied = await apply.RunAsync([new TenantEntry
        {
            Key = Values["key"],
            Name = Values["name"],
            CorpId = Values["corpId"],
            Enabled = true,
            TimeZone = Tenant.DefaultTimeZone,
            Channels = [],
            ArchiveKeys = [],
            Schedules = new Dictionary<Domain.Runs.SyncKind, string>(),
            MaxRemoved = Tenant.DefaultMaxRemoved,
            MaxRemovedPercent = Tenant.DefaultMaxRemovedPercent,
        }], ct);
        var id = applied.Tenants.Single().Id;
        await audit.WriteAsync(id, AuditAction.EnterpriseAdded, Values["key"], ct);
        var done = T["企业已添加。"].Value;
        if (Values["email"].Length > 0 && await administrators.AddAsync(Values["email"], id, ct) is { } password)
        {
            done += " " + T["管理员 {0} 的初始密码：{1}（只显示这一次）", Values["email"], password];
        }

        return Accepted($"/e/{Values["key"]}", done);
    }
}
