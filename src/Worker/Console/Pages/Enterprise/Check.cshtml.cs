using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.WebConsole.Live;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>检查: the doctor at a press of a button, and what WeCom's requests to the callback addresses come to, as they arrive.</summary>
internal sealed class CheckModel(TenantDoctor doctor, CallbackCheck callbacks, IDbContextFactory<SyncDbContext> contexts, LiveParts live) : ConsolePage
{
    /// <summary>The doctor's lines, where the page was asked for without script.</summary>
    public IReadOnlyList<DoctorLine> Lines { get; private set; } = [];

    public string? Conclusion { get; private set; }

    /// <summary>A line for each callback address.</summary>
    public IReadOnlyList<DoctorLine> Callbacks { get; private set; } = [];

    public string LinesAddress => AddressOf("/check?handler=Lines");

    public string LiveAddress => AddressOf("/check?handler=Live");

    public async Task OnGetAsync(bool run, CancellationToken ct)
    {
        if (run)
        {
            Lines = await ExamineAsync(ct).ToListAsync(ct);
            Conclusion = Conclude(Lines);
        }

        Callbacks = await ReadCallbacksAsync(ct);
    }

    /// <summary>The doctor's lines as server-sent events.</summary>
    public async Task<IActionResult> OnGetLinesAsync(CancellationToken ct)
    {
        await live.GrowAsync(this, "_CheckLine", ExamineAsync(ct), Conclude, ct);
        return new EmptyResult();
    }

    /// <summary>The callback lines as server-sent events.</summary>
    public async Task<IActionResult> OnGetLiveAsync(CancellationToken ct)
    {
        await live.FollowAsync(this, "_CallbackLines", async stop => (await ReadCallbacksAsync(stop), false), ct);
        return new EmptyResult();
    }

    /// <summary>Without the callback addresses, which have lines of their own that go on.</summary>
    private IAsyncEnumerable<DoctorLine> ExamineAsync(CancellationToken ct)
    {
        var language = Languages.OfVisitor;
        return doctor.FindAsync(Enterprise.Id, ct).Where(finding => finding.CallbackOf is null).Select(finding => finding.InConsole(language));
    }

    private async Task<IReadOnlyList<DoctorLine>> ReadCallbacksAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().Include(t => t.Settings).SingleAsync(t => t.Id == Enterprise.Id, ct);
        return [.. (await callbacks.RunAsync(tenant, ct)).Where(finding => finding.CallbackOf is not null).Select(finding => finding.InConsole(Languages.OfVisitor))];
    }

    private string Conclude(IReadOnlyList<DoctorLine> lines)
    {
        var wrong = lines.Count(line => line.Verdict == DoctorVerdict.Wrong);
        var warnings = lines.Count(line => line.Verdict == DoctorVerdict.Warning);
        return wrong + warnings == 0
            ? T["检查完成：全部正常。"]
            : T["检查完成：{0} 项有误，{1} 项需要注意。", wrong, warnings];
    }
}
