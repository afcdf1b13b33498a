using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WeCom.Contacts;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Adds a department to WeCom, changes, moves or removes one.</summary>
[FreshLogin]
internal sealed class DepartmentEditModel(
    SyncDbContext db, DirectoryRows rows, ObjectHistory history, WriteAccess access, DirectoryWriter writer, AuditLog audit)
    : WritingPage(rows, history, access)
{
    /// <summary>Null: a new one.</summary>
    public Department? Known { get; private set; }

    /// <summary>The company itself: it has no parent and cannot be removed.</summary>
    public bool IsRoot => Known is { ParentId: null or 0 };

    /// <summary>The name of the department above it; null for a new one, and where no credential may read it.</summary>
    public string? Parent { get; private set; }

    public async Task<IActionResult> OnGetAsync(long? id, long? parent, CancellationToken ct)
    {
        if (id is not null && !await FindAsync(id.Value, ct))
        {
            return NotFound();
        }

        await AskPermissionAsync(ct);
        if (Known is null)
        {
            Values["parent"] = parent?.ToString(CultureInfo.InvariantCulture) ?? "";
            return Page();
        }

        Fill("departmentName", Known.Name);
        Fill("name_en", Known.NameEn);
        Fill("sort_order", Known.SortOrder?.ToString(CultureInfo.InvariantCulture));
        Fill("parent", Known.ParentId?.ToString(CultureInfo.InvariantCulture));
        Parent = Known.ParentId is { } above ? (await Rows.FindDepartmentsAsync(Enterprise.Id, $"{above}", exact: true, ct)).FirstOrDefault(c => c.Id == above)?.Name : null;
        Version = VersionOf(Known);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long? id, CancellationToken ct)
    {
        if (id is not null && !await FindAsync(id.Value, ct))
        {
            return NotFound();
        }

        await AskPermissionAsync(ct);
        ReadWas();
        Version = Request.Form["version"].ToString();
        var (name, english, order) = (Touched("departmentName", required: true), Touched("name_en"), Touched("sort_order"));
        if (Known is null && name is not { Length: > 0 })
        {
            Problems.TryAdd("departmentName", T["此项必填。"]);
        }

        var parent = IsRoot ? null : await ReadDepartmentAsync("parent", required: true, ct);
        if (Problems.Count > 0)
        {
            return RefusedFields(Version);
        }

        if (!Permission.IsGiven)
        {
            return Refused(Permission.Why(T), Version);
        }

        if (Known is not null && Version != VersionOf(Known))
        {
            return await RefusedForAnotherAsync("department", new { id = Known.Id }, VersionOf(Known), ct);
        }

        var written = new WrittenDepartment
        {
            Id = Known?.Id,
            Name = name is { Length: > 0 } ? name : null,
            NameEn = english is { Length: > 0 } || Known is not null ? english : null,
            Order = order is { Length: > 0 } ? long.Parse(order, CultureInfo.InvariantCulture) : null,
            Parentid = parent is not null && parent.Id != Known?.ParentId ? parent.Id : null,
        };
        return written == new WrittenDepartment { Id = Known?.Id } ? Accepted(AddressOf($"/departments/{Known!.Id}"), T["没有改动。"]) : await SaveAsync(written, ct);
    }

    public async Task<IActionResult> OnPostDeleteAsync(long? id, CancellationToken ct)
    {
        if (id is null || !await FindAsync(id.Value, ct))
        {
            return NotFound();
        }

        await OnGetAsync(id, null, ct);
        if (!Permission.IsGiven)
        {
            return Refused(Permission.Why(T), Version);
        }

        var result = await writer.DeleteDepartmentAsync(Enterprise, Known!.Id, ct);
        if (result.Refusal is not null || result.Silence is not null)
        {
            return RefusedByWeCom(result, Version);
        }

        await audit.WriteAsync(AuditAction.DepartmentRemoved, $"{Known.Id}", CancellationToken.None);
        return Accepted(AddressOf("/departments"), result.IsMirrored ? T["已从企业微信删除该部门。"] : T["已从企业微信删除；这里稍后更新。"]);
    }

    /// <summary>Asks WeCom again whether the secret may write, after an administrator gave it the permission.</summary>
    public async Task<IActionResult> OnPostAskAgainAsync(CancellationToken ct)
    {
        if ((await Access.ReadAsync(Enterprise, ct)).CanAskAgain)
        {
            await Access.AskAsync(Enterprise, ct);
        }

        return Accepted(AddressOf("/departments"), (await Access.ReadAsync(Enterprise, ct)).IsGiven ? T["现在可以写入企业微信。"] : T["仍然不能写入企业微信，原因见下。"]);
    }

    protected override bool Has(string field) => field is "departmentName" || (field is "parent" && !IsRoot);

    private async Task<IActionResult> SaveAsync(WrittenDepartment written, CancellationToken ct)
    {
        var result = Known is null ? await writer.CreateDepartmentAsync(Enterprise, written, ct) : await writer.UpdateDepartmentAsync(Enterprise, written, ct);
        if (result.Refusal is not null || result.Silence is not null)
        {
            return RefusedByWeCom(result, Version);
        }

        await audit.WriteAsync(Known is null ? AuditAction.DepartmentAdded : AuditAction.DepartmentChanged, result.Id, CancellationToken.None);
        return result.IsMirrored
            ? Accepted(AddressOf($"/departments/{result.Id}"), T["已写入企业微信，并已更新这里的内容。"])
            : Accepted(AddressOf("/departments"), T["已写入企业微信；这里稍后更新。"]);
    }

    private async Task<bool> FindAsync(long id, CancellationToken ct)
    {
        Known = await db.Departments.AsNoTracking().SingleOrDefaultAsync(d => d.TenantId == Enterprise.Id && d.Id == id && d.RemovedAt == null, ct);
        return Known is not null;
    }

    private static string VersionOf(Department department) => department.ChangedAt.ToString("O", CultureInfo.InvariantCulture);
}
