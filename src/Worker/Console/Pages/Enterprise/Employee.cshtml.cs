using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Everything that is known of one employee, where it came from and how old it is.</summary>
internal sealed class EmployeeModel(SyncDbContext db, DirectoryRows rows, WriteAccess access) : ConsolePage
{
    private HashSet<string> withheld = [];

    public User? Found { get; private set; }

    public IReadOnlyList<EmployeeDepartment> Departments { get; private set; } = [];

    public History Past { get; private set; } = new([], null!);

    /// <summary>Whether the list of everybody is contact sync's; the application's otherwise.</summary>
    public bool IsListedByContacts { get; private set; }

    public WriteNotice Writing { get; private set; } = new(new WritePermission(null), null!);

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken ct)
    {
        if (await MirroredEmployee.FindAsync(db, Enterprise.Id, id, ct) is not { } employee)
        {
            return NotFound();
        }

        (Found, Departments) = (employee.User, employee.Departments);
        IsListedByContacts = await db.WeComSettings.AnyAsync(s => s.TenantId == Enterprise.Id && s.Channel == Channel.Contacts && s.Secret != null, ct);
        Writing = new(await access.ReadAsync(Enterprise, ct), Enterprise);
        withheld = [.. await db.Database.SqlQuery<string>($"SELECT field AS \"Value\" FROM control.field_grants WHERE tenant_id = {Enterprise.Id} AND NOT granted").ToListAsync(ct)];
        Past = new(await rows.HistoryAsync(Enterprise.Id, "user", new { user_id = Found.UserId }, ct), Enterprise);
        return Page();
    }

    /// <summary>A field that is empty because the credentials may not read it says so.</summary>
    public FieldValue Value(string field, string? value) =>
        new(value, Withheld: string.IsNullOrEmpty(value) && (value is null || withheld.Contains(field)), Secret: T["应用"]);
}
