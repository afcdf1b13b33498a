using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Runs;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>One run, or preview: counters, errors per object, and each change from old to new.</summary>
internal sealed class RunModel(SyncDbContext db, RunChanges changes, AuditLog audit, TimeProvider clock) : ConsolePage
{
    private const int Size = 100;
    private const int ErrorsShown = 200;
    private const int ExportPart = 5000;

    public SyncRun? Found { get; private set; }

    public IReadOnlyList<SyncError> Errors { get; private set; } = [];

    public IReadOnlyList<RunChange> Changes { get; private set; } = [];

    public IReadOnlyDictionary<string, KindCounts> Kinds => SyncJson.ReadCounts(Found!.Counts);

    /// <summary>Where the next page begins; null on the last.</summary>
    public long? Next { get; private set; }

    public async Task<IActionResult> OnGetAsync(long id, long after, CancellationToken ct)
    {
        if (!await FindAsync(id, ct))
        {
            return NotFound();
        }

        Errors = await db.SyncErrors.AsNoTracking().Where(error => error.TenantId == Enterprise.Id && error.RunId == id).OrderBy(error => error.Id).Take(ErrorsShown).ToListAsync(ct);
        var found = await ReadAsync(after, Size + 1, ct);
        Changes = [.. found.Take(Size)];
        Next = found.Count > Size ? found[Size - 1].Seq : null;
        return Page();
    }

    /// <summary>All changes as a file for spreadsheets, streamed.</summary>
    public async Task<IActionResult> OnGetCsvAsync(long id, CancellationToken ct)
    {
        if (!await FindAsync(id, ct))
        {
            return NotFound();
        }

        await audit.WriteAsync(AuditAction.Exported, $"run {id}", ct);
        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=run-{id}.csv";
        // Spreadsheets take a file without this mark for another encoding.
        await Response.WriteAsync("\uFEFF" + CsvText.Line("seq", "at", "entity", "key", "name", "op", "field", "old", "new"), Encoding.UTF8, ct);
        for (IReadOnlyList<RunChange> part = await ReadAsync(0, ExportPart, ct); part.Count > 0; part = await ReadAsync(part[^1].Seq, ExportPart, ct))
        {
            foreach (var change in part)
            {
                foreach (var (field, old, now) in change.Values.DefaultIfEmpty(("", "", "")))
                {
                    await Response.WriteAsync(CsvText.Line(
                        $"{change.Seq}", $"{change.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}", change.Entity, change.Key, change.Name ?? "", change.Op, field, old, now), ct);
                }
            }
        }

        return new EmptyResult();
    }

    private async Task<bool> FindAsync(long id, CancellationToken ct)
    {
        Found = await db.SyncRuns.AsNoTracking().SingleOrDefaultAsync(run => run.TenantId == Enterprise.Id && run.Id == id, ct);
        return Found is not null;
    }

    private Task<IReadOnlyList<RunChange>> ReadAsync(long after, int most, CancellationToken ct) =>
        changes.ReadAsync(Found!, clock.GetUtcNow(), after, most, ct);
}
