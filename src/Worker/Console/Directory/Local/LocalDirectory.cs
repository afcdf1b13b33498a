using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.WebConsole.Directory.Local;

/// <summary>Departments and employees that were written down before WeCom was connected. They live beside the mirror, never in it.</summary>
internal sealed class LocalDirectory(SyncDbContext db)
{
    private const int PageSize = 50;

    /// <summary>Whether WeCom's directory has been read: from then on it is what counts.</summary>
    public async Task<bool> IsConnectedAsync(long tenantId, CancellationToken ct) =>
        await db.Departments.AnyAsync(d => d.TenantId == tenantId && d.RemovedAt == null, ct)
        || await db.Users.AnyAsync(u => u.TenantId == tenantId && u.RemovedAt == null, ct);

    public async Task<(int Departments, int Users)> CountAsync(long tenantId, CancellationToken ct) =>
        (await db.LocalDepartments.CountAsync(d => d.TenantId == tenantId, ct), await db.LocalUsers.CountAsync(u => u.TenantId == tenantId, ct));

    /// <summary>All departments in the order of the tree, each after its parent.</summary>
    public async Task<IReadOnlyList<LocalPlace>> DepartmentsAsync(long tenantId, CancellationToken ct)
    {
        var all = await db.LocalDepartments.AsNoTracking().Where(d => d.TenantId == tenantId).ToListAsync(ct);
        var people = await db.Database.SqlQuery<DepartmentPeople>($"""
            SELECT d AS id, count(*) AS people FROM control.local_users, unnest(department_ids) AS d WHERE tenant_id = {tenantId} GROUP BY d
            """).ToDictionaryAsync(row => row.Id, row => row.People, ct);
        var below = all.ToLookup(d => d.ParentId);
        var places = new List<LocalPlace>();
        Add(null, "", 0);
        return places;

        void Add(long? parent, string path, int level)
        {
            foreach (var department in below[parent].OrderBy(d => d.Name, StringComparer.CurrentCulture).ThenBy(d => d.Id))
            {
                var own = path.Length == 0 ? department.Name : $"{path} / {department.Name}";
                places.Add(new(department, own, level, people.GetValueOrDefault(department.Id), below[department.Id].Any()));
                Add(department.Id, own, level + 1);
            }
        }
    }

    /// <summary>A page of employees in the order in which they were added.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="query">Part of a name or userid; empty for all.</param>
    /// <param name="department">Only its members; null for all.</param>
    /// <param name="after">The last id of the page before; 0 for the first page.</param>
    /// <param name="ct">The visitor left.</param>
    /// <returns>The page, and where the next begins.</returns>
    public async Task<(IReadOnlyList<LocalUser> Rows, long? Next)> UsersAsync(long tenantId, string query, long? department, long after, CancellationToken ct)
    {
        var users = db.LocalUsers.AsNoTracking().Where(u => u.TenantId == tenantId && u.Id > after);
        if (query.Length > 0)
        {
            var pattern = Enterprises.LikePattern.Containing(query);
            users = users.Where(u => EF.Functions.ILike(u.Name, pattern) || EF.Functions.ILike(u.UserId, pattern));
        }

        if (department is { } id)
        {
            users = users.Where(u => u.DepartmentIds.Contains(id));
        }

        var found = await users.OrderBy(u => u.Id).Take(PageSize + 1).ToListAsync(ct);
        return ([.. found.Take(PageSize)], found.Count > PageSize ? found[PageSize - 1].Id : null);
    }

    private sealed record DepartmentPeople(long Id, long People);
}

/// <summary>A local department and its place in the tree.</summary>
/// <param name="Department">The department.</param>
/// <param name="Path">The names from below 总部门 down to it.</param>
/// <param name="Level">0 directly below 总部门.</param>
/// <param name="People">Its direct members.</param>
/// <param name="HasChildren">Whether there are departments below it.</param>
internal sealed record LocalPlace(LocalDepartment Department, string Path, int Level, long People, bool HasChildren);
