using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WeCom.Contacts;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Directory.Local;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>
/// 首次连接: what happens to local departments and employees. Nothing happens before a person says so; what WeCom lacks stays until somebody
/// creates it there or removes it here.
/// </summary>
[FreshLogin]
internal sealed class ConnectModel(SyncDbContext db, LocalDirectory local, LocalMatches matches, WriteAccess access, DirectoryWriter writer, AuditLog audit) : ConsolePage
{
    private const long Root = 1;

    public bool IsConnected { get; private set; }

    public LocalComparison Comparison { get; private set; } = new() { Users = [], Departments = [] };

    public WriteNotice Writing { get; private set; } = new(new WritePermission(null), null!);

    public async Task OnGetAsync(CancellationToken ct)
    {
        IsConnected = await local.IsConnectedAsync(Enterprise.Id, ct);
        Comparison = await matches.ReadAsync(Enterprise.Id, ct);
        if (IsConnected)
        {
            Writing = new(await access.ReadAsync(Enterprise, ct), Enterprise);
        }
    }

    public async Task<IActionResult> OnPostConfirmAsync(CancellationToken ct)
    {
        if (!await local.IsConnectedAsync(Enterprise.Id, ct))
        {
            await OnGetAsync(ct);
            return Refused(T["还没有读取过企业微信的通讯录。请先同步一次。"]);
        }

        var (departments, users) = await matches.TakeOverAsync(Enterprise.Id, lost => audit.Entry(Enterprise.Id, AuditAction.LocalEntriesMerged, lost), ct);
        await audit.WriteAsync(AuditAction.LocalEntriesMerged, $"{departments} + {users}", ct);
        return Accepted(AddressOf("/connect"), T["已合并 {0} 个部门与 {1} 名员工，以企业微信的内容为准。", departments, users]);
    }

    public async Task<IActionResult> OnPostCreateDepartmentAsync([FromForm] long id, CancellationToken ct)
    {
        await OnGetAsync(ct);
        if (Comparison.Departments.FirstOrDefault(d => d.Place.Department.Id == id) is not ({ } place, null))
        {
            return NotFound();
        }

        var parent = place.Department.ParentId is { } above ? Comparison.DepartmentOf(above) : Root;
        if (WhyNot(parent is null ? T["请先在企业微信中创建它的上级部门。"].Value : null) is { } why)
        {
            return Refused(why);
        }

        var result = await writer.CreateDepartmentAsync(Enterprise, new WrittenDepartment { Name = place.Department.Name, Parentid = parent }, ct);
        return await EndAsync(result, AuditAction.DepartmentAdded, result.Id, done: null);
    }

    public async Task<IActionResult> OnPostCreateUserAsync([FromForm] long id, CancellationToken ct)
    {
        await OnGetAsync(ct);
        if (Comparison.Users.FirstOrDefault(u => u.User.Id == id) is not ({ } user, null))
        {
            return NotFound();
        }

        var departments = user.DepartmentIds.Length == 0 ? [Root] : user.DepartmentIds.Select(Comparison.DepartmentOf).ToArray();
        if (WhyNot(
            departments.Any(d => d is null) ? T["请先在企业微信中创建他的部门。"].Value
            : user.Mobile.Length + user.Email.Length == 0 ? T["手机与邮箱至少填写一项，请先修改这名员工。"].Value : null) is { } why)
        {
            return Refused(why);
        }

        var written = new WrittenUser(user.UserId)
        {
            Name = user.Name,
            Mobile = Given(user.Mobile),
            Email = Given(user.Email),
            Position = Given(user.Position),
            Department = [.. departments.OfType<long>()],
        };
        var result = await writer.CreateUserAsync(Enterprise, written, ct);
        return await EndAsync(result, AuditAction.EmployeeAdded, user.UserId, () => db.LocalUsers.Where(u => u.TenantId == Enterprise.Id && u.Id == id).ExecuteDeleteAsync(CancellationToken.None));
    }

    /// <summary>What stands against creating something in WeCom.</summary>
    private string? WhyNot(string? own) => !IsConnected ? T["还没有读取过企业微信的通讯录。请先同步一次。"].Value
        : !Writing.Permission.IsGiven ? Writing.Permission.Why(T) : own;

    private async Task<IActionResult> EndAsync(WriteResult result, AuditAction action, string? detail, Func<Task>? done)
    {
        if (result.Silence is not null)
        {
            return Refused(WriteErrors.OfSilence(T));
        }

        if (result.Refusal is { } refusal)
        {
            return Refused(WriteErrors.Of(refusal, T).Text);
        }

        await audit.WriteAsync(action, detail, CancellationToken.None);
        if (done is not null)
        {
            await done();
        }

        return Accepted(AddressOf("/connect"), result.IsMirrored ? T["已写入企业微信，并已更新这里的内容。"] : T["已写入企业微信；这里稍后更新。"]);
    }

    private static string? Given(string text) => text.Length == 0 ? null : text;
}
