using Microsoft.AspNetCore.Mvc;
using WeComSync.Worker.WebConsole.Directory;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>部门管理: the tree, one level at a time; each level is one query.</summary>
internal sealed class DepartmentsModel(DirectoryRows rows) : ConsolePage
{
    public TreeLevel Level { get; private set; } = new("", []);

    public async Task<IActionResult> OnGetAsync(long? parent, CancellationToken ct)
    {
        Level = new(Enterprise.Key, await rows.LevelAsync(Enterprise.Id, parent, ct));
        return Request.Headers.XRequestedWith.Count > 0 ? Partial("_Branch", Level) : Page();
    }
}

/// <summary>What one level shows.</summary>
/// <param name="Enterprise">The enterprise's key, for links.</param>
/// <param name="Nodes">Its departments.</param>
internal sealed record TreeLevel(string Enterprise, IReadOnlyList<DepartmentNode> Nodes);
