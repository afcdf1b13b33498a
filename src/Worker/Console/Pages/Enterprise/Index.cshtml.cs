using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WeCom.Tokens;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Enterprises;
using WeComSync.Worker.WebConsole.Runs;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>概况: how the enterprise stands, and what needs a person.</summary>
internal sealed class OverviewModel(
    SyncDbContext db, NpgsqlDataSource dataSource, TenantSchedules schedules, ISyncRunner runner, RefusedSecrets refusedSecrets, AuditLog audit, TimeProvider clock)
    : ConsolePage
{
    private const int RunsShown = 5;

    public EnterpriseHealth? Health { get; private set; }

    public RunList Runs { get; private set; } = new([], null!);

    /// <summary>When each kind of sync comes next; null while the enterprise rests.</summary>
    public IReadOnlyList<(string Kind, DateTimeOffset? Due)> Due { get; private set; } = [];

    /// <summary>The secret that keeps the enterprise stopped for now, whoever resumes it; null if none does.</summary>
    public RefusedSecret? StillRefused { get; private set; }

    public string State =>
        Enterprise.State == TenantState.Stopped || Enterprise.Works ? EnumText.Of(Enterprise.State) : Enterprise.Enabled ? "switched_off" : "disabled";

    public async Task OnGetAsync(CancellationToken ct)
    {
        Health = await EnterpriseHealth.ReadAsync(dataSource, Enterprise, ct);
        Runs = new(await db.SyncRuns.AsNoTracking().Where(run => run.TenantId == Enterprise.Id).OrderByDescending(run => run.Id).Take(RunsShown).ToListAsync(ct), Enterprise);
        var due = new List<(string, DateTimeOffset?)>();
        foreach (var kind in runner.Kinds.Order())
        {
            due.Add((EnumText.Of(kind), await schedules.FindAsync(Enterprise.Id, kind, ct) is { } schedule && schedule.TryRead(out var cron)
                ? cron.GetNextValidTimeAfter(clock.GetUtcNow())
                : null));
        }

        Due = due;
        StillRefused = Enterprise.State == TenantState.Stopped ? await refusedSecrets.FindAsync(Enterprise, ct) : null;
    }

    public async Task<IActionResult> OnPostResumeAsync(CancellationToken ct)
    {
        var (resumed, refused) = await TenantResume.RunAsync(db, refusedSecrets, Enterprise.Key, clock, ct);
        if (refused is not null)
        {
            await OnGetAsync(ct);
            return Refused(T["还不能恢复：刚被企业微信拒绝的 Secret 没有更改。"]);
        }

        if (resumed)
        {
            await Events.EventReplay.WakeAsync(dataSource, [Enterprise.Id], ct);
            await audit.WriteAsync(AuditAction.EnterpriseResumed, null, ct);
        }

        return Accepted(AddressOf(""), T["已恢复。"]);
    }
}
