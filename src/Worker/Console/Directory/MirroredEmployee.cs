using System.Globalization;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>An employee of the mirror with his departments.</summary>
/// <param name="User">His row, live or not.</param>
/// <param name="Departments">Where he is now.</param>
/// <param name="ChangedAt">When anything of this last changed.</param>
internal sealed record MirroredEmployee(User User, IReadOnlyList<EmployeeDepartment> Departments, DateTimeOffset ChangedAt)
{
    /// <summary>What a form is based on.</summary>
    public string Version => ChangedAt.ToString("O", CultureInfo.InvariantCulture);

    /// <param name="db">The database.</param>
    /// <param name="tenantId">Whose.</param>
    /// <param name="userId">Compared without case.</param>
    /// <param name="ct">The visitor left.</param>
    /// <returns>Null if the mirror never had him.</returns>
    public static async Task<MirroredEmployee?> FindAsync(SyncDbContext db, long tenantId, string userId, CancellationToken ct)
    {
        var user = await db.Users.FromSql($"SELECT * FROM mirror.users WHERE tenant_id = {tenantId} AND lower(user_id) = lower({userId})")
            .AsNoTracking().SingleOrDefaultAsync(ct);
        if (user is null)
        {
            return null;
        }

        var memberships = await (
            from member in db.UserDepartments
            where member.TenantId == tenantId && member.UserId == user.UserId
            join department in db.Departments on new { member.TenantId, Id = member.DepartmentId } equals new { department.TenantId, department.Id } into known
            from department in known.DefaultIfEmpty()
            orderby member.DepartmentId
            select new { member.DepartmentId, Name = (string?)department.Name, member.IsLeader, member.SortOrder, member.ChangedAt, member.RemovedAt }).ToListAsync(ct);
        var times = memberships.SelectMany(m => new[] { m.ChangedAt, m.RemovedAt ?? m.ChangedAt }).Append(user.ChangedAt);
        return new(
            user,
            [.. memberships.Where(m => m.RemovedAt is null).Select(m => new EmployeeDepartment(m.DepartmentId, m.Name, m.SortOrder, m.IsLeader))],
            times.Max());
    }
}

/// <summary>A department that an employee is in.</summary>
/// <param name="Id">WeCom's id.</param>
/// <param name="Name">Null if no credential may read it.</param>
/// <param name="Order">His place in it; null if unknown.</param>
/// <param name="Leads">Whether he leads it; null if unknown.</param>
internal sealed record EmployeeDepartment(long Id, string? Name, long? Order, bool? Leads);
