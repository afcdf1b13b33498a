using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Settings;

/// <summary>A page that edits settings of the enterprise: fields are checked one by one as they are typed, and all again when they are sent.</summary>
internal abstract class SettingsPage(TenantEdit edit, AuditLog audit) : ConsolePage
{
    protected TenantEdit Edit => edit;

    protected AuditLog Audit => audit;

    /// <summary>What the page was opened with: a later save by somebody else is found by it.</summary>
    public string Version { get; private set; } = "";

    /// <summary>What was typed into fields that are no secrets, or what is stored.</summary>
    public Dictionary<string, string> Values { get; } = [];

    /// <summary>One field while it is typed.</summary>
    public IActionResult OnPostCheck([FromForm] string? field, [FromForm] string? value)
    {
        var text = value?.Trim() ?? "";
        return new JsonResult(new FormAnswer { Problem = text.Length == 0 ? null : SettingRules.Check(field ?? "", text, T) });
    }

    /// <summary>Fills the form from what is stored.</summary>
    protected virtual Task ShowAsync(CancellationToken ct)
    {
        Version = VersionOf(Enterprise.ChangedAt);
        return Task.CompletedTask;
    }

    /// <summary>A field's text without blanks around it; what is wrong with it goes beside it.</summary>
    /// <returns>Null if it was left empty, or is wrong.</returns>
    protected string? Read(string field, bool required = false)
    {
        var text = Request.Form[field].ToString().Trim();
        Values[field] = text;
        if (text.Length == 0)
        {
            if (required)
            {
                Problems[field] = T["此项必填。"];
            }

            return null;
        }

        if (SettingRules.Check(field, text, T) is not { } problem)
        {
            return text;
        }

        Problems[field] = problem;
        return null;
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
        return problem is null ? Refused(version) : Refused(problem, version);
    }

    private string Describe(EditResult result)
    {
        var others = result.Meanwhile.Select(entry => $"{Shown.Line(entry.Who)}: {string.Join(", ", (entry.Detail ?? "").Split(", ").Select(name => FieldNames.Of(name, T)))}");
        return T["您打开页面之后，有人保存了设置，因此尚未保存您的修改。对方修改了：{0}。请核对后再次保存；您输入的内容仍在。",
            string.Join("; ", others.DefaultIfEmpty(T["由命令行修改"]))];
    }

    private static string VersionOf(DateTimeOffset changedAt) => changedAt.ToString("O", CultureInfo.InvariantCulture);
}
