using System.Globalization;
using Hangfire;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Live;
using WeComSync.Worker.WebConsole.Runs;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>一键同步: starts a full sync or a preview of one, follows it, ends it, and shows what it would not remove without a person.</summary>
[FreshLogin("Approve", "Discard", "ApproveSome", "DiscardSome")]
internal sealed class SyncModel(
    SyncDbContext db, IDbContextFactory<SyncDbContext> contexts, IBackgroundJobClient jobs, SyncRuns runs, HeldRemovals removals,
    PlatformSwitch platform, LiveParts live, AuditLog audit, TimeProvider clock)
    : ConsolePage
{
    private const int HeldShown = 200;

    public SyncProgressPart Progress { get; private set; } = new(null, false, null!);

    public IReadOnlyList<HeldRemoval> Held { get; private set; } = [];

    public int HeldTotal { get; private set; }

    /// <summary>Where held people are, by user id.</summary>
    public IReadOnlyDictionary<string, string> HeldDepartments { get; private set; } = new Dictionary<string, string>();

    /// <summary>What belongs to held rows and goes with them.</summary>
    private IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Belongings { get; set; } =
        new Dictionary<string, IReadOnlyDictionary<string, long>>();

    /// <summary>Why no sync can be started; null if one can.</summary>
    public string? Resting { get; private set; }

    public string LiveAddress { get; private set; } = "";

    public async Task OnGetAsync(string? asked, CancellationToken ct)
    {
        Resting = await WhyRestingAsync(ct);
        LiveAddress = AddressOf("/sync") + QueryString.Create("handler", "Progress").Add("asked", asked ?? "");
        Progress = await ReadAsync(db, SyncAsked.Parse(asked), ct);
        var held = db.HeldRemovals.AsNoTracking().Where(removal => removal.TenantId == Enterprise.Id && removal.Decision == HeldDecision.Pending);
        HeldTotal = await held.CountAsync(ct);
        Held = await held.OrderByDescending(removal => removal.Entity == "user").ThenBy(removal => removal.Entity).ThenBy(removal => removal.Name).Take(HeldShown).ToListAsync(ct);
        if (HeldTotal > 0)
        {
            HeldDepartments = await removals.DepartmentsAsync(Enterprise.Id, ct);
            Belongings = await removals.BelongingsAsync(Enterprise.Id, ct);
        }
    }

    /// <summary>How many rows of which kind go with a held one.</summary>
    public IEnumerable<KeyValuePair<string, long>> BelongingsOf(HeldRemoval removal) => Belongings.TryGetValue(HeldRemovals.NameOf(removal), out var found) ? found : [];

    /// <summary>The progress as server-sent events.</summary>
    public async Task<IActionResult> OnGetProgressAsync(string? asked, CancellationToken ct)
    {
        await live.FollowAsync(this, "_Progress", async stop =>
        {
            // A context of its own: the request's would remember the run as it was.
            await using var fresh = await contexts.CreateDbContextAsync(stop);
            var part = await ReadAsync(fresh, SyncAsked.Parse(asked), stop);
            return (part, part.Ended);
        }, ct);
        return new EmptyResult();
    }

    public Task<IActionResult> OnPostStartAsync(CancellationToken ct) =>
        QueueAsync(() => jobs.EnqueueSync(Enterprise.Id, SyncKind.Full, instant: null), EnumText.Of(SyncKind.Full), ct);

    /// <summary>Compares, and shows the difference; writes nothing.</summary>
    public Task<IActionResult> OnPostPreviewAsync(CancellationToken ct) => QueueAsync(() => jobs.EnqueuePreview(Enterprise.Id), "preview", ct);

    public async Task<IActionResult> OnPostCancelAsync([FromForm] long run, CancellationToken ct)
    {
        if (!await runs.RequestCancelAsync(run, Enterprise.Id, ct))
        {
            return Accepted(AddressOf("/sync"), T["这次同步已经结束，没有取消。"]);
        }

        await audit.WriteAsync(AuditAction.SyncCancelled, run.ToString(CultureInfo.InvariantCulture), ct);
        return Accepted(AddressOf("/sync"), T["正在取消，几秒内停止；已有数据保持不变。"]);
    }

    public Task<IActionResult> OnPostApproveAsync(CancellationToken ct) => DecideAsync(HeldDecision.Approved, some: null, ct);

    public Task<IActionResult> OnPostDiscardAsync(CancellationToken ct) => DecideAsync(HeldDecision.Discarded, some: null, ct);

    /// <summary>Approves only the rows that were ticked.</summary>
    public Task<IActionResult> OnPostApproveSomeAsync([FromForm] string[] row, CancellationToken ct) => DecideAsync(HeldDecision.Approved, row, ct);

    /// <summary>Keeps only the rows that were ticked.</summary>
    public Task<IActionResult> OnPostDiscardSomeAsync([FromForm] string[] row, CancellationToken ct) => DecideAsync(HeldDecision.Discarded, row, ct);

    private async Task<IActionResult> DecideAsync(HeldDecision decision, string[]? some, CancellationToken ct)
    {
        if (some is { Length: 0 })
        {
            await OnGetAsync(null, ct);
            return Refused(T["请先勾选要处理的数据。"]);
        }

        var who = User.Identity?.Name ?? "";
        var count = some is null
            ? await removals.DecideAsync(Enterprise.Id, decision, runId: null, [], who, ct)
            : await removals.DecideAsync(Enterprise.Id, decision, some, who, ct);
        var isApproved = decision == HeldDecision.Approved;
        await audit.WriteAsync(
            isApproved ? AuditAction.RemovalsApproved : AuditAction.RemovalsDiscarded,
            count.ToString(CultureInfo.InvariantCulture) + (some is null ? "" : $": {string.Join(", ", some)}"),
            ct);
        return Accepted(AddressOf("/sync"), isApproved ? T["已批准删除 {0} 条数据，下一次同步时执行。", count] : T["已保留 {0} 条数据。", count]);
    }

    private async Task<IActionResult> QueueAsync(Action enqueue, string what, CancellationToken ct)
    {
        if (await WhyRestingAsync(ct) is { } resting)
        {
            await OnGetAsync(null, ct);
            return Refused(resting);
        }

        var alive = clock.GetUtcNow() - SyncRuns.DeadAfter;
        if (await db.SyncRuns.AnyAsync(r => r.TenantId == Enterprise.Id && r.Part == MirrorPart.Directory && r.State == RunState.Running && r.HeartbeatAt > alive, ct))
        {
            return Accepted(AddressOf("/sync"), T["已有一次同步正在进行，请等它结束。"]);
        }

        var asked = new SyncAsked(await db.SyncRuns.Where(r => r.TenantId == Enterprise.Id).MaxAsync(r => (long?)r.Id, ct) ?? 0, clock.GetUtcNow());
        // Hangfire's client is synchronous and waits for PostgreSQL.
        await Task.Run(enqueue, ct);
        await audit.WriteAsync(AuditAction.SyncStarted, what, ct);
        return Accepted(AddressOf("/sync") + QueryString.Create("asked", asked.ToString()));
    }

    private async Task<string?> WhyRestingAsync(CancellationToken ct) =>
        !await platform.IsOnAsync(ct) ? T["平台的“企业微信管理”已关闭：不接收回调，也不同步。"].Value
        : !Enterprise.Enabled ? T["运维人员已停用该企业，不能同步。请联系运维人员。"].Value
        : !Enterprise.SwitchedOn ? T["企业未开启：请在“企业微信设置”中打开“开启”并保存。"].Value
        : Enterprise.State == TenantState.Stopped ? T["同步已停止：请先在“概况”中按说明处理并恢复。"].Value
        : !await platform.IsAppOnAsync(Enterprise.Id, EnterpriseApp.Contacts, ct) ? T["应用“{0}”已关闭，不能同步。", T["通讯录同步"]].Value
        : null;

    private async Task<SyncProgressPart> ReadAsync(SyncDbContext context, SyncAsked? asked, CancellationToken ct)
    {
        var runs = context.SyncRuns.AsNoTracking().Where(r => r.TenantId == Enterprise.Id).OrderByDescending(r => r.Id);
        var now = clock.GetUtcNow();
        var begun = asked is { } wanted
            ? await runs.FirstOrDefaultAsync(r => r.Id > wanted.After && r.Kind == SyncKind.Full && r.Trigger == SyncTrigger.Console, ct)
            : null;
        if (begun is not null || asked is not { } since)
        {
            return new(begun ?? await runs.FirstOrDefaultAsync(ct), false, Enterprise) { Now = now };
        }

        var newest = await runs.FirstOrDefaultAsync(ct);
        if (await WhyRestingAsync(ct) is { } resting)
        {
            return new(newest, false, Enterprise) { Now = now, Note = resting };
        }

        return now - since.At >= DeferBusySync.LongestAsked
            ? new(newest, false, Enterprise)
            {
                Now = now,
                Note = T["您要求的同步在 {0} 分钟内没有开始，已不再等待。请查看同步记录，需要时再点一次。", DeferBusySync.LongestAsked.TotalMinutes],
            }
            : new(newest, true, Enterprise)
            {
                Now = now,
                Note = newest is { State: RunState.Running } ? T["这家企业正在进行另一次同步，它结束后会自动开始您要求的同步。"].Value : null,
            };
    }
}
