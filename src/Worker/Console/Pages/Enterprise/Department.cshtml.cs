using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Everything that is known of one department.</summary>
internal sealed class DepartmentModel(SyncDbContext db, ObjectHistory history, WriteAccess access) : ConsolePage
{
    public Domain.Directory.Department? Found { get; private set; }

    public History Past { get; private set; } = new([], null!);

    public WriteNotice Writing { get; private set; } = new(new WritePermission(null), null!);

    public async Task<IActionResult> OnGetAsync(long id, CancellationToken ct)
    {
        Found = await db.Departments.AsNoTracking().SingleOrDefaultAsync(d => d.TenantId == Enterprise.Id && d.Id == id, ct);
        if (Found is null)
        {
            return NotFound();
        }

        Writing = new(await access.ReadAsync(Enterprise, ct), Enterprise);
        Past = new(await history.OfAsync(Enterprise.Id, "department", new { id }, ct), Enterprise);
        return Page();
    }

    /// <summary>Where not even the name is known, the application's secret may not read the department.</summary>
    public FieldValue Value(string? value) =>
        new(value, value is not null ? FieldGap.Empty : Found!.Name is null ? FieldGap.Withheld : FieldGap.NotReturned, null, Enterprise);
}
