using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Directory;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Everything that is known of one employee, where it came from and how old it is.</summary>
internal sealed class EmployeeModel(SyncDbContext db, DirectoryRows rows) : ConsolePage
{
    private HashSet<string> withheld = [];

    public User? Found { get; private set; }

    public IReadOnlyList<(long Id, string? Name, bool Leads)> Departments { get; private set; } = [];

    public History Past { get; private set; } = new([], null!);

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken ct)
    {
        // A user id is compared without case.
        Found = await db.Users.FromSql($"SELECT * FROM mirror.users WHERE tenant_id = {Enterprise.Id} AND lower(user_id) = lower({id})")
            .AsNoTracking().SingleOrDefaultAsync(ct);
        if (Found is null)
        {
            return NotFound();
        }

        var memberships = await (
            from member in db.UserDepartments
            where member.TenantId == Enterprise.Id && member.UserId == Found.UserId && member.RemovedAt == null
            join department in db.Departments on new { member.TenantId, Id = member.DepartmentId } equals new { department.TenantId, department.Id } into known
            from department in known.DefaultIfEmpty()
            orderby member.DepartmentId
            select new { member.DepartmentId, Name = (string?)department.Name, member.IsLeader }).ToListAsync(ct);
        Departments = [.. memberships.Select(member => (member.DepartmentId, member.Name, member.IsLeader == true))];
        withheld = [.. await db.Database.SqlQuery<string>($"SELECT field AS \"Value\" FROM control.field_grants WHERE tenant_id = {Enterprise.Id} AND NOT granted").ToListAsync(ct)];
        Past = new(await rows.HistoryAsync(Enterprise.Id, "user", new { user_id = Found.UserId }, ct), Enterprise);
        return Page();
    }

    /// <summary>A field that is empty because the credentials may not read it says so.</summary>
    public FieldValue Value(string field, string? value) =>
        new(value, Withheld: string.IsNullOrEmpty(value) && (value is null || withheld.Contains(field)), Secret: T["应用"]);
}
