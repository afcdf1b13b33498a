using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Settings;

/// <summary>A page that edits settings of the enterprise.</summary>
internal abstract class SettingsPage(TenantEdit edit, AuditLog audit) : FormPage
{
    protected TenantEdit Edit => edit;

    protected AuditLog Audit => audit;

    protected override string? Check(string field, string value) => SettingRules.Check(field, value, T);

    /// <summary>Fills the form from what is stored.</summary>
    protected virtual Task ShowAsync(CancellationToken ct)
    {
        Version = VersionOf(Enterprise.ChangedAt);
        return Task.CompletedTask;
    }

    /// <summary>Saves, unless fields are wrong or somebody else saved in between.</summary>
    protected async Task<IActionResult> SaveAsync(Action<TenantEntry, Tenant> change, string address, string done, CancellationToken ct)
    {
        if (Problems.Count > 0)
        {
            return await RefuseAsync(null, Request.Form["version"].ToString(), ct);
        }

        var basedOn = DateTimeOffset.ParseExact(Request.Form["version"].ToString(), "O", CultureInfo.InvariantCulture);
        try
        {
            var result = await edit.RunAsync(
                Enterprise.Id, basedOn, change, changed => audit.Entry(Enterprise.Id, AuditAction.SettingsChanged, string.Join(", ", changed)), ct);
            return result.Conflict ? await RefuseAsync(Describe(result), VersionOf(result.ChangedAt), ct)
                : Accepted(address, result.Changed.Count == 0 ? T["没有改动。"] : done);
        }
        catch (BadInputException)
        {
            Problems["corpId"] = T["该企业已有另一个企业ID的数据，不能更换。请联系运维人员为新的企业ID添加企业。"];
            return await RefuseAsync(null, Request.Form["version"].ToString(), ct);
        }
    }

    private async Task<IActionResult> RefuseAsync(string? problem, string version, CancellationToken ct)
    {
        var typed = Values.ToDictionary();
        await ShowAsync(ct);
        foreach (var (field, value) in typed)
        {
            Values[field] = value;
        }

        Version = version;
        return problem is null ? RefusedFields(version) : Refused(problem, version);
    }

    private string Describe(EditResult result)
    {
        var others = result.Meanwhile.Select(entry => $"{Shown.Line(entry.Who)}: {string.Join(", ", (entry.Detail ?? "").Split(", ").Select(name => FieldNames.Of(name, T)))}");
        return T["您打开页面之后，有人保存了设置，因此尚未保存您的修改。对方修改了：{0}。请核对后再次保存；您输入的内容仍在。",
            string.Join("; ", others.DefaultIfEmpty(T["由命令行修改"]))];
    }

    private static string VersionOf(DateTimeOffset changedAt) => changedAt.ToString("O", CultureInfo.InvariantCulture);
}
