using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WebConsole.Enterprises;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>应用中心: what is in use, and what WeCom says of the application.</summary>
internal sealed class AppsModel(SyncDbContext db, NpgsqlDataSource dataSource, WeComClient client) : ConsolePage
{
    private long? agentId;

    public IReadOnlyList<(string Name, string State, string Tone, string What)> Apps { get; private set; } = [];

    public WeComAgent? Agent { get; private set; }

    public string AgentProblem { get; private set; } = "";

    public bool CanAsk => agentId is not null;

    public async Task OnGetAsync(CancellationToken ct)
    {
        var health = await EnterpriseHealth.ReadAsync(dataSource, Enterprise, ct);
        var app = await db.WeComSettings.AsNoTracking().SingleOrDefaultAsync(stored => stored.TenantId == Enterprise.Id && stored.Channel == Channel.App, ct);
        agentId = app?.Secret is null ? null : app.AgentId;
        AgentProblem = agentId is null ? T["请先填写 AgentId 与 AgentSecret。"].Value : T["点击读取应用的名称与可见范围。"].Value;
        var withApp = health.WithSecret.Contains(EnumText.Of(Channel.App));
        Apps =
        [
            Of(T["通讯录同步"], health.WithSecret.Contains(EnumText.Of(Channel.Contacts)), T["同步部门与员工，并接收变更事件。"]),
            Of(T["客户联系"], health.WithSecret.Contains(EnumText.Of(Channel.Customers)) || withApp, T["读取客户、标签与客户群。未填客户联系 Secret 时使用 AgentSecret。"]),
            Of(T["会话存档"], health.WithSecret.Contains(EnumText.Of(Channel.Archive)), T["选填。需要 Secret 与私钥。"]),
        ];
    }

    public async Task<IActionResult> OnPostAskAsync(CancellationToken ct)
    {
        await OnGetAsync(ct);
        if (agentId is { } id)
        {
            try
            {
                Agent = await client.GetAgentAsync(new WeComCaller(Enterprise.Id, Enterprise.CorpId, Channel.App), id, ct);
            }
            catch (WeComException refused)
            {
                AgentProblem = $"{Words.Stopped(refused.ErrCode, T)} {Shown.Line(refused.Message)}";
            }
        }

        return Page();
    }

    private (string, string, string, string) Of(string name, bool on, string what) => (name, on ? T["已设置"] : T["未设置"], on ? "good" : "", what);
}
