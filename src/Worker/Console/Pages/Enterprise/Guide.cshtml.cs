using Npgsql;
using WeComSync.Worker.WebConsole.Enterprises;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>设置指南: the set-up step by step; a step is ticked off by what was really seen, not by what was typed.</summary>
internal sealed class GuideModel(NpgsqlDataSource dataSource) : ConsolePage
{
    public EnterpriseHealth? Health { get; private set; }

    public IReadOnlyList<GuideStep> Steps { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        Health = await EnterpriseHealth.ReadAsync(dataSource, Enterprise, ct);
        Steps = [.. Tell(Health)];
    }

    private IEnumerable<GuideStep> Tell(EnterpriseHealth health)
    {
        yield return new(
            T["企业ID"], Enterprise.SwitchedOn && Enterprise.CorpId.Length > 0, Enterprise.SwitchedOn ? T["已填写并开启"] : T["未开启"],
            T["企业微信：我的企业 → 企业信息，最下方的企业ID。填到“企业微信设置”的第一项，并打开“开启”。"], null, [("/wecom#corpId", T["去填写"])]);
        yield return Secret(
            health, "contacts", T["通讯录 Secret"],
            T["管理工具 → 通讯录同步 → 开启，选择 API 接口同步，权限选“读取”即可；复制 Secret。它提供完整的部门与成员名单。"], null, "/wecom#contacts-secret");
        yield return Secret(
            health, "app", T["自建应用"], T["应用管理 → 自建 → 创建应用；可见范围选整个企业；复制 AgentId 与 Secret。它提供姓名与资料。"],
            T["新方式：在 客户联系 → 客户 → API → 可调用应用 中勾选此应用，就不需要单独的客户联系 Secret。"], "/wecom#app-agentId");
        yield return new(
            T["企业可信IP"], health.AddressTrusted, health.AddressTrusted ? T["企业微信已放行"] : T["尚未确认"],
            T["在应用与通讯录同步的“企业可信IP”中加入本系统的公网地址，约一分钟后生效。若同步提示 60020，提示中写有要加入的地址。"], null, [("/check", T["去检查"])]);
        var hasToken = health.WithToken.Contains("contacts");
        yield return new(
            T["回调的 Token 与 EncodingAESKey"], hasToken, hasToken ? T["已保存"] : T["未填写"],
            T["在通讯录同步的“设置接收事件服务器”中点“随机获取”，把 Token 与 EncodingAESKey 复制到这里并保存；先不要点企业微信的保存。应用的“接收消息”与客户联系的“接收事件服务器”相同。"],
            null, [("/wecom#contacts-token", T["去填写"])]);
        var verified = health.Verified.Contains("contacts");
        yield return new(
            T["粘贴回调地址"], verified, verified ? T["已通过验证"] : T["等待企业微信验证"],
            T["复制“企业微信设置”底部的地址，粘贴为 URL，再点企业微信的保存。企业微信会立即验证，结果显示在“检查”页。"],
            null, [("/wecom#urls", T["复制地址"]), ("/check", T["查看验证结果"])]);
        yield return new(
            T["第一次同步"], health.LastGood is not null, health.LastGood is null ? T["尚未同步"] : T["已完成"],
            T["点“一键同步”，完成后在“员工管理”与“部门管理”中核对。以后按时间表自动同步。"], null, [("/sync", T["一键同步"])]);
    }

    private GuideStep Secret(EnterpriseHealth health, string channel, string title, string what, string? more, string page)
    {
        var works = health.Working.Contains(channel);
        return new(
            title, works, works ? T["企业微信已接受"] : health.WithSecret.Contains(channel) ? T["已保存，尚未检查"] : T["未填写"], what, more,
            [(page, T["去填写"]), ("/check", T["去检查"])]);
    }
}

/// <summary>One step of the guide.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Done">It was seen to be done.</param>
/// <param name="State">What was seen.</param>
/// <param name="What">What to do, and where.</param>
/// <param name="More">Another way.</param>
/// <param name="Links">Pages below the enterprise's address, where it is done.</param>
internal sealed record GuideStep(string Title, bool Done, string State, string What, string? More, IReadOnlyList<(string Page, string Text)> Links);
