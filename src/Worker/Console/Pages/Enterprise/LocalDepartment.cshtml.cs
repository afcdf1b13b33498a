using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Directory.Local;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Adds, changes and removes a local department. The root, 总部门, is there by itself and cannot be removed.</summary>
internal sealed class LocalDepartmentModel(SyncDbContext db, LocalDirectory local, AuditLog audit, TimeProvider clock) : LocalPage(db)
{
    private const int MostLevels = 14;

    /// <summary>Null: a new one.</summary>
    public LocalDepartment? Known { get; private set; }

    /// <summary>Where it may lie.</summary>
    public IReadOnlyList<LocalPlace> Places { get; private set; } = [];

    public bool IsConnected { get; private set; }

    public async Task<IActionResult> OnGetAsync(long? id, long? parent, CancellationToken ct)
    {
        if (!await FindAsync(id, ct))
        {
            return NotFound();
        }

        Values["departmentName"] = Known?.Name ?? "";
        Values["parent"] = $"{(Known is null ? parent : Known.ParentId)}";
        Version = Known is null ? "" : VersionOf(Known);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long? id, CancellationToken ct)
    {
        if (!await FindAsync(id, ct))
        {
            return NotFound();
        }

        Version = Request.Form["version"].ToString();
        var name = Read("departmentName", required: true);
        var parent = ReadParent();
        if (name is not null && Problems.Count == 0
            && Places.Any(p => p.Department.Id != id && p.Department.ParentId == parent && p.Department.Name == name))
        {
            Problems["departmentName"] = T["同一上级部门下已有同名部门。"];
        }

        if (Known is null && IsConnected)
        {
            return Refused(T["已经连接企业微信：请在“部门管理”中直接添加到企业微信。"], Version);
        }

        if (Problems.Count > 0)
        {
            return RefusedFields(Version);
        }

        var now = clock.GetUtcNow();
        if (Known is null)
        {
            Db.LocalDepartments.Add(new LocalDepartment { TenantId = Enterprise.Id, Name = name!, ParentId = parent, CreatedAt = now, ChangedAt = now });
        }
        else
        {
            (Known.Name, Known.ParentId, Known.ChangedAt) = (name!, parent, now);
        }

        if (await SaveAsync(Known, () => [Known!.Name], ct) is { } refused)
        {
            return refused;
        }

        await audit.WriteAsync(Known is null ? AuditAction.DepartmentAdded : AuditAction.DepartmentChanged, $"{T["本地"].Value} {id}", ct);
        return Accepted(AddressOf(IsConnected ? "/connect" : "/departments"), T["已保存。"]);
    }

    public async Task<IActionResult> OnPostDeleteAsync(long? id, CancellationToken ct)
    {
        if (!await FindAsync(id, ct) || Known is null)
        {
            return NotFound();
        }

        await OnGetAsync(id, null, ct);
        if (Places.Any(p => p.Department.ParentId == id))
        {
            return Refused(T["部门下还有子部门，不能删除。请先删除子部门。"], Version);
        }

        if (await Db.LocalUsers.AnyAsync(u => u.TenantId == Enterprise.Id && u.DepartmentIds.Contains(Known.Id), ct))
        {
            return Refused(T["部门中还有成员，不能删除。请先移走成员。"], Version);
        }

        Db.LocalDepartments.Remove(Known);
        await Db.SaveChangesAsync(ct);
        await audit.WriteAsync(AuditAction.DepartmentRemoved, $"{T["本地"].Value} {id}", ct);
        return Accepted(AddressOf(IsConnected ? "/connect" : "/departments"), T["已删除。"]);
    }

    private long? ReadParent()
    {
        var text = Request.Form["parent"].ToString();
        Values["parent"] = text;
        if (text.Length == 0)
        {
            return null;
        }

        var place = Places.FirstOrDefault(p => $"{p.Department.Id}" == text);
        if (place is null)
        {
            Problems["parent"] = T["没有这个部门，可能刚被删除。"];
        }
        else if (Known is not null && Path(place).Contains(Known.Id))
        {
            Problems["parent"] = T["不能把部门移到它自己的下级部门中。"];
        }
        else if (place.Level + 1 >= MostLevels)
        {
            Problems["parent"] = T["部门层级太深，企业微信最多允许 15 级。"];
        }

        return place?.Department.Id;
    }

    /// <summary>The department and those above it.</summary>
    private IEnumerable<long> Path(LocalPlace place)
    {
        for (var at = place; at is not null; at = Places.FirstOrDefault(p => p.Department.Id == at.Department.ParentId))
        {
            yield return at.Department.Id;
        }
    }

    private async Task<bool> FindAsync(long? id, CancellationToken ct)
    {
        IsConnected = await local.IsConnectedAsync(Enterprise.Id, ct);
        Places = await local.DepartmentsAsync(Enterprise.Id, ct);
        Known = id is null ? null : await Db.LocalDepartments.SingleOrDefaultAsync(d => d.TenantId == Enterprise.Id && d.Id == id, ct);
        return id is null || Known is not null;
    }
}
