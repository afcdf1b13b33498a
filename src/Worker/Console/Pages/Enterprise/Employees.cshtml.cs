using System.Globalization;
using WeComSync.Domain.Directory;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Local;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>员工管理: employees by user id, a page at a time. Before WeCom is connected: the local ones.</summary>
internal sealed class EmployeesModel(DirectoryRows rows, LocalDirectory local, WriteAccess access) : ConsolePage
{
    /// <summary>Null once WeCom is connected.</summary>
    public IReadOnlyList<LocalUser>? Local { get; private set; }

    public WriteNotice Writing { get; private set; } = new(new WritePermission(null), null!);

    /// <summary>Local entries that wait for a decision.</summary>
    public int Waiting { get; private set; }

    public string Query { get; private set; } = "";

    public long? Department { get; private set; }

    public string? DepartmentName { get; private set; }

    /// <summary>The department as it was typed: its name or id.</summary>
    public string DepartmentText { get; private set; } = "";

    /// <summary>What is wrong with it; null if nothing.</summary>
    public string? DepartmentProblem { get; private set; }

    public short? Status { get; private set; }

    public IReadOnlyList<EmployeeRow> Rows { get; private set; } = [];

    /// <summary>Where the next page begins; null on the last.</summary>
    public string? Next { get; private set; }

    public async Task OnGetAsync(string? q, string? department, short? status, string? after, CancellationToken ct)
    {
        (Query, DepartmentText, Status) = (q?.Trim() ?? "", department?.Trim() ?? "", status);
        if (!await local.IsConnectedAsync(Enterprise.Id, ct))
        {
            Department = long.TryParse(DepartmentText, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
            var (found, next) = await local.UsersAsync(
                Enterprise.Id, Query, Department, long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0, ct);
            (Local, Next) = (found, next?.ToString(CultureInfo.InvariantCulture));
            return;
        }

        Writing = new(await access.ReadAsync(Enterprise, ct), Enterprise);
        var (departments, users) = await local.CountAsync(Enterprise.Id, ct);
        Waiting = departments + users;
        if (DepartmentText.Length > 0)
        {
            var found = await rows.FindDepartmentsAsync(Enterprise.Id, DepartmentText, exact: true, ct);
            if (found.Count != 1)
            {
                DepartmentProblem = found.Count == 0
                    ? T["没有这个部门。请填写部门ID或完整的部门名称。"]
                    : T["有多个这样的部门，请填写部门ID：{0}", string.Join(", ", found.Select(choice => choice.Label))];
                return;
            }

            (Department, DepartmentName) = (found[0].Id, found[0].Name);
        }

        (Rows, Next) = await rows.PeopleAsync(Enterprise.Id, Query, Department, status, after ?? "", ct);
    }
}
