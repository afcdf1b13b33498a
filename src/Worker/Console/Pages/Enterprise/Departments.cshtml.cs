using Microsoft.AspNetCore.Mvc;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Local;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>部门管理: the tree, one level at a time; each level is one query. Before WeCom is connected: the local departments.</summary>
internal sealed class DepartmentsModel(DirectoryRows rows, LocalDirectory local, WriteAccess access) : ConsolePage
{
    public TreeLevel Level { get; private set; } = new("", []);

    /// <summary>Null once WeCom is connected.</summary>
    public IReadOnlyList<LocalPlace>? Local { get; private set; }

    public WriteNotice Writing { get; private set; } = new(new WritePermission(null), null!);

    /// <summary>Local entries that wait for a decision.</summary>
    public int Waiting { get; private set; }

    public async Task<IActionResult> OnGetAsync(long? parent, CancellationToken ct)
    {
        Level = new(Enterprise.Key, await rows.LevelAsync(Enterprise.Id, parent, ct));
        if (Request.Headers.XRequestedWith.Count > 0)
        {
            return Partial("_Branch", Level);
        }

        if (await local.IsConnectedAsync(Enterprise.Id, ct))
        {
            Writing = new(await access.ReadAsync(Enterprise, ct), Enterprise);
            var (departments, users) = await local.CountAsync(Enterprise.Id, ct);
            Waiting = departments + users;
        }
        else
        {
            Local = await local.DepartmentsAsync(Enterprise.Id, ct);
        }

        return Page();
    }

    /// <summary>Departments for a field in which one is chosen.</summary>
    public async Task<IActionResult> OnGetSuggestAsync(string? q, CancellationToken ct) =>
        Partial("_Choices", string.IsNullOrWhiteSpace(q) ? [] : await rows.FindDepartmentsAsync(Enterprise.Id, q.Trim(), exact: false, ct));
}

/// <summary>What one level shows.</summary>
/// <param name="Enterprise">The enterprise's key, for links.</param>
/// <param name="Nodes">Its departments.</param>
internal sealed record TreeLevel(string Enterprise, IReadOnlyList<DepartmentNode> Nodes);
