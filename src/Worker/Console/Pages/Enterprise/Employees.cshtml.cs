using System.Globalization;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Local;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>员工管理: employees by user id, a page at a time. Before WeCom is connected: the local ones.</summary>
internal sealed class EmployeesModel(DirectoryRows rows, SyncDbContext db, LocalDirectory local, WriteAccess access) : ConsolePage
{
    /// <summary>Null once WeCom is connected.</summary>
    public IReadOnlyList<LocalUser>? Local { get; private set; }

    public WriteNotice Writing { get; private set; } = new(new WritePermission(null), null!);

    /// <summary>Local entries that wait for a decision.</summary>
    public int Waiting { get; private set; }

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
        if (!await local.IsConnectedAsync(Enterprise.Id, ct))
        {
            var (found, next) = await local.UsersAsync(
                Enterprise.Id, Query, department, long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0, ct);
            (Local, Next) = (found, next?.ToString(CultureInfo.InvariantCulture));
            return;
        }

        Writing = new(await access.ReadAsync(Enterprise, ct), Enterprise);
        var (departments, users) = await local.CountAsync(Enterprise.Id, ct);
        Waiting = departments + users;
        (Rows, Next) = await rows.PeopleAsync(Enterprise.Id, Query, department, status, after ?? "", ct);
        if (department is { } id)
        {
            DepartmentName = await db.Departments.Where(d => d.TenantId == Enterprise.Id && d.Id == id).Select(d => d.Name).SingleOrDefaultAsync(ct);
        }
    }
}
