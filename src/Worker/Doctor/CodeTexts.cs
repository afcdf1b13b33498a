using System.Collections.Frozen;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Doctor;

/// <summary>
/// What WeCom's errcodes mean to an administrator. <c>{0}</c> the interface, <c>{1}</c> the address that WeCom saw, <c>{2}</c> WeCom's
/// text, <c>{3}</c> the code, <c>{4}</c> where the credential is kept in WeCom's administration.
/// </summary>
internal static class CodeTexts
{
    private static readonly DoctorText SecretWrong = new(
        new("WeCom does not accept the secret ({3}): it was reset, copied from another application, or the application is disabled.",
            "企业微信不接受该 Secret（{3}）：它已被重置、属于其他应用，或应用已停用。"),
        new("Open {4}, check that it is enabled, copy its Secret into the tenant file and run 'tenants apply'.",
            "打开 {4}，确认已启用，重新复制 Secret 到租户文件，然后执行 tenants apply。"),
        new("Open {4}, check that it is enabled, copy its Secret into the WeCom settings and save.", "打开 {4}，确认已启用，重新复制 Secret，填入“企业微信设置”并保存。"));

    private static readonly FrozenDictionary<int, DoctorText> Table = new Dictionary<int, DoctorText>
    {
        [40001] = SecretWrong,
        [40091] = SecretWrong,
        [40013] = new(
            new("WeCom does not know the company id ({3}).", "企业微信不认识该企业ID（{3}）。"),
            new("Open 我的企业 → 企业信息, copy 企业ID into 'corpId' of the tenant file and run 'tenants apply'.",
                "打开 我的企业 → 企业信息，把 企业ID 填入租户文件的 corpId，然后执行 tenants apply。"),
            new("Open 我的企业 → 企业信息, copy 企业ID into the WeCom settings and save.", "打开 我的企业 → 企业信息，把 企业ID 填入“企业微信设置”并保存。")),
        [40014] = new(
            new("WeCom refuses the token that it has just given ({3}).", "企业微信拒绝刚刚颁发的 access_token（{3}）。"),
            new("Check in {4} that company id and secret belong together; if they do, try again in a few minutes.",
                "在 {4} 核对企业ID与 Secret 是否属于同一企业；若无误，请过几分钟再试。")),
        [40056] = new(
            new("There is no application with this AgentId ({3}).", "不存在该 AgentId 的应用（{3}）。"),
            new("Open 应用管理 → 自建 → the application, copy its AgentId into 'app.agentId' of the tenant file and run 'tenants apply'.",
                "打开 应用管理 → 自建 → 该应用，把 AgentId 填入租户文件的 app.agentId，然后执行 tenants apply。"),
            new("Open 应用管理 → 自建 → the application, copy its AgentId into the WeCom settings and save.",
                "打开 应用管理 → 自建 → 该应用，把 AgentId 填入“企业微信设置”并保存。")),
        [40057] = new(
            new("WeCom cannot reach the callback address ({3}).", "企业微信无法访问回调地址（{3}）。"),
            new("Open {4} → 接收消息 and save the callback address there again.", "打开 {4} → 接收消息，重新保存回调地址。")),
        [41057] = new(
            new("No WeChat developer id is bound ({3}).", "未绑定微信开发者ID（{3}）。"),
            new("Bind one under 客户联系 → 客户 → API → 微信开发者ID.", "请在 客户联系 → 客户 → API → 微信开发者ID 中绑定。")),
        [43012] = new(
            new("The application has no callback address ({3}).", "应用没有设置回调地址（{3}）。"),
            new("Open {4} → 接收消息 → 设置API接收 and save one there.", "打开 {4} → 接收消息 → 设置API接收，填写并保存。")),
        [45009] = new(
            new("WeCom counts too many calls of {0} ({3}) and blocks it for a minute to an hour; after many wrong secrets it blocks this server's address for an hour.",
                "企业微信认为 {0} 调用过于频繁（{3}），会封禁一分钟到一小时；多次使用错误 Secret 会导致本服务器 IP 被封一小时。"),
            new("Wait. If it comes back, look whether another program uses the same secret or address, and correct wrong secrets of other tenants.",
                "请等待。如反复出现，检查是否有其他程序使用同一 Secret 或出口 IP，并更正其他企业的错误 Secret。")),
        [45024] = new(
            new("The company has as many members as WeCom allows it ({3}).", "企业的成员数已达企业微信的上限（{3}）。"),
            new("Raise the limit in WeCom's administration.", "请在企业微信管理后台扩容。")),
        [45026] = new(
            new("WeCom refused a mass deletion ({3}).", "企业微信拒绝了批量删除（{3}）。"),
            new("Decide in WeCom's administration whether it is wanted, then resume.", "请在企业微信管理后台确认是否需要，然后恢复同步。")),
        [45031] = new(
            new("WeCom finds the secret too old to be safe ({3}).", "企业微信认为该 Secret 不够安全（{3}）。"),
            new("Open {4}, reset the Secret, put the new one into the tenant file and run 'tenants apply'.",
                "打开 {4}，重置 Secret，填入租户文件，然后执行 tenants apply。"),
            new("Open {4}, reset the Secret, put the new one into the WeCom settings and save.", "打开 {4}，重置 Secret，把新的填入“企业微信设置”并保存。")),
        [48001] = new(
            new("The function behind {0} is not switched on for this application ({3}).", "该应用未开通 {0} 对应的功能（{3}）。"),
            new("Open {4} and switch the function on.", "打开 {4}，开通该功能。")),
        [48002] = new(
            new("This kind of secret may not use {0} ({3}).", "此类 Secret 无权调用 {0}（{3}）。"),
            new("Use the Secret of a self-built application (应用管理 → 自建); for customers list that application under 客户联系 → API → 可调用接口的应用.",
                "请使用自建应用的 Secret（应用管理 → 自建）；客户联系接口需在 客户联系 → API → 可调用接口的应用 中加入该应用。")),
        [48004] = new(
            new("The application is no longer authorised ({3}).", "应用的授权已失效（{3}）。"),
            new("Open {4}, authorise the application again, then resume.", "打开 {4}，重新授权该应用，然后恢复同步。")),
        [48005] = new(
            new("WeCom has retired {0} ({3}).", "企业微信已停用接口 {0}（{3}）。"),
            new("Install a newer release of WeComSync.", "请联系运维人员升级本系统。")),
        [48006] = new(
            new("WeCom took the permission for {0} away, because it was not used for long ({3}).", "接口 {0} 的权限因长期未使用被收回（{3}）。"),
            new("Open {4}, give the permission back, then resume.", "打开 {4}，重新启用该权限，然后恢复同步。")),
        [48008] = new(
            new("The contact-sync secret may not change this ({3}).", "通讯录 Secret 没有修改权限（{3}）。"),
            new("Open 管理工具 → 通讯录同步 → API接口同步 and choose 编辑通讯录.", "打开 管理工具 → 通讯录同步 → API接口同步，把权限改为“编辑通讯录”。")),
        [48009] = new(
            new("From this address contact sync may read ids but no names ({3}); that is how it is for companies that start today.",
                "从本 IP 只能用通讯录同步读取 ID，不能读取姓名等详情（{3}）；新接入的企业都是如此。"),
            new("Open 应用管理 → 自建 → 创建应用, make an application that sees the whole company, put its AgentId and Secret into 'app' of the tenant file and run 'tenants apply'.",
                "打开 应用管理 → 自建 → 创建应用，建立可见范围为全公司的应用，把 AgentId 和 Secret 填入租户文件的 app，然后执行 tenants apply。"),
            new("Open 应用管理 → 自建 → 创建应用, make an application that sees the whole company, put its AgentId and Secret into the WeCom settings and save.",
                "打开 应用管理 → 自建 → 创建应用，建立可见范围为全公司的应用，把 AgentId 和 Secret 填入“企业微信设置”并保存。")),
        [50003] = new(
            new("The application is disabled ({3}).", "应用已停用（{3}）。"),
            new("Open {4}, enable the application, then run 'tenants resume'.", "打开 {4}，启用应用，然后执行 tenants resume。"),
            new("Open {4}, enable the application, then resume on the overview.", "打开 {4}，启用应用，然后在“概况”中恢复同步。")),
        [50006] = new(
            new("The system application is disabled ({3}).", "系统应用已停用（{3}）。"),
            new("Open {4}, enable it, then resume.", "打开 {4}，启用它，然后恢复同步。")),
        [60011] = new(
            new("The application may not see what {0} asked for ({3}).", "应用无权查看 {0} 请求的对象（{3}）。"),
            new("Open 应用管理 → 自建 → the application → 可见范围 and add the root department.",
                "打开 应用管理 → 自建 → 该应用 → 可见范围，加入根部门。")),
        [60020] = new(
            new("WeCom does not let this server in ({3}): it calls from {1}, which is not among the trusted IPs.",
                "企业微信拒绝本服务器（{3}）：出口 IP {1} 不在企业可信IP中。"),
            new("Open {4} → 企业可信IP → 配置, add {1}, wait a minute, then run 'tenants resume'. If WeCom wants a trusted domain or a callback URL first, set 接收消息 → 设置API接收.",
                "打开 {4} → 企业可信IP → 配置，加入 {1}，等待一分钟，然后执行 tenants resume。若要求先配置可信域名或接收消息服务器URL，请先设置 接收消息 → 设置API接收。"),
            new("Open {4} → 企业可信IP → 配置, add {1}, wait a minute, then check again. If WeCom wants a trusted domain or a callback URL first, set 接收消息 → 设置API接收.",
                "打开 {4} → 企业可信IP → 配置，加入 {1}，等待一分钟，然后重新检查。若要求先配置可信域名或接收消息服务器URL，请先设置 接收消息 → 设置API接收。")),
        [60031] = new(
            new("WeCom does not let the application call its interfaces ({3}).", "企业微信不允许该应用调用接口（{3}）。"),
            new("Ask WeCom's support for the reason, then resume.", "请向企业微信客服了解原因，然后恢复同步。")),
        [60111] = new(
            new("{0} does not find the member ({3}): unknown, left, or outside the visible range.", "{0} 找不到该成员（{3}）：不存在、已离职或不在可见范围内。"),
            new("Open 应用管理 → 自建 → the application → 可见范围 and check that the member is inside.",
                "打开 应用管理 → 自建 → 该应用 → 可见范围，确认包含该成员。")),
        [84061] = new(
            new("{0} knows no relation of this member and customer ({3}): the member deleted the customer, has not confirmed him yet, or has no customers.",
                "{0} 未找到该成员与客户的关系（{3}）：成员已删除该客户、尚未确认添加，或没有客户。"),
            new("Nothing, if the customer was deleted; otherwise let the member confirm him in WeCom, then check again.",
                "若客户已被删除则无需处理；否则请成员在企业微信中确认添加，然后重新检查。")),
        [84074] = new(
            new("Nobody has the customer function ({3}).", "没有成员开通客户联系功能（{3}）。"),
            new("Put members into 客户联系 → 权限配置 → 使用范围.", "请在 客户联系 → 权限配置 → 使用范围 中加入成员。")),
        [301002] = new(
            new("AgentId and Secret belong to different applications ({3}).", "AgentId 与 Secret 不属于同一应用（{3}）。"),
            new("Open 应用管理 → 自建 → the application, copy AgentId and Secret from the same page into 'app' of the tenant file and run 'tenants apply'.",
                "打开 应用管理 → 自建 → 该应用，从同一页面复制 AgentId 和 Secret 到租户文件的 app，然后执行 tenants apply。"),
            new("Open 应用管理 → 自建 → the application, copy AgentId and Secret from the same page into the WeCom settings and save.",
                "打开 应用管理 → 自建 → 该应用，从同一页面复制 AgentId 和 Secret，填入“企业微信设置”并保存。")),
        [301007] = new(
            new("The company is dissolved or banned at WeCom ({3}).", "该企业已解散或被封禁（{3}）。"),
            new("Clear this with WeCom's support, or set \"enabled\": false in the tenant file and run 'tenants apply'.",
                "请联系企业微信客服，或在租户文件中设置 \"enabled\": false 并执行 tenants apply。"),
            new("Clear this with WeCom's support, or switch the enterprise off in the WeCom settings.", "请联系企业微信客服，或在“企业微信设置”中关闭该企业。")),
        [301042] = new(
            new("The IPs that this function trusts do not include this server ({3}): it calls from {1}.", "该功能的IP名单中没有本系统（{3}）：出口 IP 是 {1}。"),
            new("Add {1} to the function's own list of IPs in WeCom's administration, then resume.", "请在企业微信管理后台该功能的IP名单中加入 {1}，然后恢复同步。")),
        [701008] = new(
            new("None of these members has an interop licence ({3}).", "这些成员没有互通许可（{3}）。"),
            new("Buy licences at WeCom, if these members' customers are wanted.", "如需同步这些成员的客户，请在企业微信购买互通许可。")),
    }.ToFrozenDictionary();

    /// <summary>For codes without words of their own.</summary>
    public static readonly DoctorText Other = new(
        new("{0} answered {3}: {2}.", "{0} 返回 {3}：{2}。"),
        new("Look the code up at https://open.work.weixin.qq.com/devtool/query?e={3} and follow what it says; check {4}.",
            "在 https://open.work.weixin.qq.com/devtool/query?e={3} 查询该错误码并按说明处理；检查 {4}。"));

    private static readonly DoctorText OverIpv6 = new(
        new("WeCom does not let this server in ({3}): the call came over IPv6, from {1}, and WeCom trusts IPv4 addresses only.",
            "企业微信拒绝本服务器（{3}）：调用来自 IPv6 地址 {1}，而企业微信的可信IP只支持 IPv4。"),
        new("Let this server call WeCom over IPv4, or through an Http:Proxy that does. Then open {4} → 企业可信IP → 配置, add the public IPv4 address, wait a minute and run 'tenants resume'.",
            "让本服务器通过 IPv4（或 IPv4 出口的 Http:Proxy）访问企业微信。然后打开 {4} → 企业可信IP → 配置，加入该公网 IPv4 地址，等待一分钟，执行 tenants resume。"),
        new("Ask the operator to let this server call WeCom over IPv4. Then open {4} → 企业可信IP → 配置, add its public IPv4 address, wait a minute and resume.",
            "请运维人员让本服务器通过 IPv4 访问企业微信，然后在 {4} → 企业可信IP → 配置 中加入该公网 IPv4 地址，等待一分钟，再恢复同步。"));

    private static readonly DoctorText Passes = new(
        new("WeCom was busy ({3}).", "企业微信暂时繁忙（{3}）。"), new("Nothing to do: it is tried again by itself.", "无需处理，会自动重试。"));

    private static readonly DoctorText TooFast = new(
        new("WeCom counts too many calls ({3}).", "企业微信限制了调用频率（{3}）。"), new("Nothing to do: it goes on by itself.", "无需处理，稍后自动继续。"));

    private static readonly DoctorText NotGiven = new(
        new("WeCom does not give this object ({3}): unknown, gone, incomplete, or outside the visible range. What was known of it stays.",
            "企业微信没有给出这个对象（{3}）：不存在、已删除、资料不全或不在可见范围内。这里保留原有数据。"),
        new("If it should be there, open 应用管理 → 自建 → the application → 可见范围 and check that it is inside.",
            "如果它应当存在，打开 应用管理 → 自建 → 该应用 → 可见范围，确认包含它。"));

    private static readonly DoctorText Misunderstood = new(
        new("WeCom did not accept the call of {0} ({3}).", "企业微信不接受对 {0} 的调用（{3}）。"),
        new("Tell the operator, with the number.", "请把错误码告诉运维人员。"));

    /// <summary>No answer at all, said without the words that describe it.</summary>
    public static readonly DoctorText Silent = new(new("WeCom gave no answer that could be used.", "企业微信没有给出可用的答复。"));

    /// <summary>No answer, or one that is not WeCom's.</summary>
    public static readonly DoctorText Unreachable = new(
        new("{0} could not be asked: {2}.", "无法调用 {0}：{2}。"),
        new("Check this server's way to WeCom: network, DNS, WeCom:BaseUrl, Http:Proxy; then run the doctor again.",
            "检查本服务器到企业微信的网络、DNS、WeCom:BaseUrl 和 Http:Proxy，然后重新检查。"),
        new("Try again in a minute. If it stays so, ask the operator to look at this server's way to WeCom.", "请一分钟后重新检查。如果仍然如此，请联系运维人员检查本服务器到企业微信的网络。"));

    /// <summary>An answer of WeCom's without what was asked for.</summary>
    public static readonly DoctorText Incomplete = new(
        new("WeCom's answer to {0} is not whole: {2}.", "企业微信对 {0} 的答复不完整：{2}。"),
        new("Nothing to do if it passes; if it lasts, report it to WeCom.", "通常无需处理；如果一直如此，请联系企业微信。"));

    /// <summary>The codes that have words of their own.</summary>
    public static IEnumerable<int> Known => Table.Keys;

    /// <summary>For a code that was met by a run, where one of no words of its own is told by its class.</summary>
    /// <param name="code">WeCom's errcode.</param>
    /// <param name="class">Null if it is unknown.</param>
    /// <param name="address">The address that WeCom saw; null if it is not known.</param>
    public static DoctorText Of(int code, WeComErrorClass? @class, string? address) =>
        WeComErrors.IsOverIpv6(code, address) ? OverIpv6 : Table.GetValueOrDefault(code) ?? @class switch
    {
        WeComErrorClass.Retry or WeComErrorClass.RefreshToken or WeComErrorClass.Split or WeComErrorClass.Restart => Passes,
        WeComErrorClass.Throttle => TooFast,
        WeComErrorClass.SkipRow => NotGiven,
        WeComErrorClass.Bug => Misunderstood,
        _ => Other,
    };

    public static DoctorText Of(int? code, string? address = null) => code is not { } number ? Unreachable
        : WeComErrors.IsOverIpv6(code, address) ? OverIpv6
        : Table.GetValueOrDefault(number, Other);
}
