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

        if (Problems.Count > 0)
        {
            return Refused();
        }

        // Enterprise and administrator come together: a refused address must not leave an enterprise that nobody administers.
        await using var transaction = await TenantApply.BeginAsync(db, ct);
        if (await db.Tenants.AnyAsync(tenant => tenant.Key == Values["key"], ct))
        {
            Problems["key"] = T["该标识已被使用。"];
            return Refused();
        }

        var applied = await apply.ApplyAsync(db, [new TenantEntry
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
        }], otherwiseChanged: false, ct);
        var id = applied.Single().Id;
        db.Audit.Add(audit.Entry(id, AuditAction.EnterpriseAdded, Values["key"]));
        await db.SaveChangesAsync(ct);
        var done = T["企业已添加。"].Value;
        if (Values["email"].Length > 0)
        {
            var administrator = await administrators.AddWithinAsync(Values["email"], id, ct);
            if (administrator.Problem is { } problem)
            {
                Problems["email"] = problem;
                return Refused();
            }

            if (administrator.Password is { } password)
            {
                done += " " + T["管理员 {0} 的初始密码：{1}（只显示这一次）", Values["email"], password];
            }
        }

        await transaction.CommitAsync(ct);
        return Accepted($"/e/{Values["key"]}", done);
    }
}
