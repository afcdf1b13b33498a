using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Runs;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>同步记录: runs, newest first.</summary>
internal sealed class RunsModel(SyncDbContext db) : ConsolePage
{
    private const int Size = 50;

    public RunList List { get; private set; } = new([], null!);

    public long? Older { get; private set; }

    public async Task OnGetAsync(long? before, CancellationToken ct)
    {
        var found = await db.SyncRuns.AsNoTracking().Where(run => run.TenantId == Enterprise.Id && (before == null || run.Id < before))
            .OrderByDescending(run => run.Id).Take(Size + 1).ToListAsync(ct);
        List = new([.. found.Take(Size)], Enterprise);
        Older = found.Count > Size ? found[Size - 1].Id : null;
    }
}
