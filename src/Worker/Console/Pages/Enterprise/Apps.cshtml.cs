using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Enterprises;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>应用中心: the enterprise's apps with their switches, and what WeCom says of its own application.</summary>
internal sealed class AppsModel(SyncDbContext db, NpgsqlDataSource dataSource, WeComClient client, EnterpriseApps apps, AuditLog audit) : ConsolePage
{
    private const int NamesShown = 20;

    private long? agentId;

    public IReadOnlyList<AppView> Apps { get; private set; } = [];

    public WeComAgent? Agent { get; private set; }

    /// <summary>Names of what the application sees, as far as known and not too many.</summary>
    public IReadOnlyList<string> Visible { get; private set; } = [];

    public string AgentProblem { get; private set; } = "";

    /// <summary>Why WeCom did not tell; null if it was not asked or did.</summary>
    public Explanation? AgentRefusal { get; private set; }

    public bool CanAsk => agentId is not null;

    public async Task OnGetAsync(CancellationToken ct)
    {
        var health = await EnterpriseHealth.ReadAsync(dataSource, Enterprise, ct);
        var app = await db.WeComSettings.AsNoTracking().SingleOrDefaultAsync(stored => stored.TenantId == Enterprise.Id && stored.Channel == Channel.App, ct);
        agentId = app?.Secret is null ? null : app.AgentId;
        AgentProblem = agentId is null ? T["请先填写 AgentId 与 AgentSecret。"].Value : T["点击读取应用的名称与可见范围。"].Value;
        var withApp = agentId is not null;
        Apps = [.. (await apps.ReadAsync(Enterprise.Id, ct)).Select(stored => new AppView(
            stored,
            AppWords.Name(stored.App, T),
            AppWords.Purpose(stored.App, T),
            stored.App switch
            {
                EnterpriseApp.Contacts => withApp || Has(Channel.Contacts),
                EnterpriseApp.Customers => withApp || Has(Channel.Customers),
                EnterpriseApp.Archive => Has(Channel.Archive),
                _ => withApp,
            }))];

        bool Has(Channel channel) => health.WithSecret.Contains(EnumText.Of(channel));
    }

    public async Task<IActionResult> OnPostSwitchAsync([FromForm] EnterpriseApp app, [FromForm] bool on, CancellationToken ct)
    {
        if (!await apps.SwitchAsync(Enterprise.Id, app, on, ct))
        {
            await OnGetAsync(ct);
            return Refused(T["运维人员没有为企业开通这个应用。"]);
        }

        await audit.WriteAsync(on ? AuditAction.AppOn : AuditAction.AppOff, EnumText.Of(app), ct);
        return Accepted(AddressOf("/apps"), T["应用已更新。"]);
    }

    public async Task<IActionResult> OnPostAskAsync(CancellationToken ct)
    {
        await OnGetAsync(ct);
        if (agentId is { } id)
        {
            try
            {
                Agent = await client.GetAgentAsync(new WeComCaller(Enterprise.Id, Enterprise.CorpId, Channel.App), id, ct);
                var names = await db.Departments.AsNoTracking()
                    .Where(d => d.TenantId == Enterprise.Id && d.RemovedAt == null && Agent.DepartmentIds.Contains(d.Id))
                    .OrderBy(d => d.Id).Take(NamesShown).Select(d => d.Name ?? "").ToListAsync(ct);
                Visible = [.. names.Concat(Agent.UserIds).Take(NamesShown)];
            }
            catch (WeComException refused)
            {
                AgentRefusal = Explanation.Of(refused.Message);
            }
        }

        return Page();
    }
}

/// <summary>One app of the enterprise on its page.</summary>
/// <param name="Stored">Whether the enterprise has it and uses it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Purpose">What it does.</param>
/// <param name="IsSetUp">Its secret is stored.</param>
internal sealed record AppView(TenantApp Stored, string Name, string Purpose, bool IsSetUp);
