using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Directory;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>员工管理: employees by user id, a page at a time.</summary>
internal sealed class EmployeesModel(DirectoryRows rows, SyncDbContext db) : ConsolePage
{
    public string Query { get; private set; } = "";

    public long? Department { get; private set; }

    public string? DepartmentName { get; private set; }

    public short? Status { get; private set; }

    public IReadOnlyList<EmployeeRow> Rows { get; private set; } = [];

    /// <summary>Where the next page begins; null on the last.</summary>
    public string? Next { get; private set; }

    public async Task OnGetAsync(string? q, long? department, short? status, string? after, CancellationToken ct)
    {
        (Query, Department, Status) = (q?.Trim() ?? "", department, status);
        (Rows, Next) = await rows.PeopleAsync(Enterprise.Id, Query, department, status, after ?? "", ct);
        if (department is { } id)
        {
            DepartmentName = await db.Departments.Where(d => d.TenantId == Enterprise.Id && d.Id == id).Select(d => d.Name).SingleOrDefaultAsync(ct);
        }
    }
}
