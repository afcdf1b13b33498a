namespace WeComSync.Worker.Doctor;

/// <summary>What the doctor says about a tenant where no errcode speaks for itself.</summary>
internal static class TenantTexts
{
    public static readonly Words ContactsPlace = new("管理工具 → 通讯录同步", "管理工具 → 通讯录同步");
    public static readonly Words AppPlace = new("应用管理 → 自建 → the application", "应用管理 → 自建 → 该应用");
    public static readonly Words CustomersPlace = new("客户联系 → API", "客户联系 → API");

    public static readonly DoctorText Active = new(new("The tenant is enabled and active.", "企业已启用，状态正常。"));

    public static readonly DoctorText Disabled = new(
        new("The tenant is disabled: nothing is scheduled, and callbacks are refused.", "企业已停用：不执行定时任务，并拒绝回调。"),
        new("Set \"enabled\": true in the tenant file and run 'tenants apply'.", "在租户文件中设置 \"enabled\": true，然后执行 tenants apply。"),
        new("Ask the operator to enable the enterprise again.", "请联系运维人员重新启用该企业。"));

    public static readonly DoctorText SwitchedOff = new(
        new("The tenant's administrators have switched it off: nothing is scheduled, and callbacks are refused.", "企业未开启（由企业管理员关闭）：不执行定时任务，并拒绝回调。"),
        new("Ask its administrators to switch “Enabled” on in the WeCom settings of the console.", "请企业管理员在控制台的“企业微信设置”中打开“开启”并保存。"),
        new("Switch “Enabled” on in the WeCom settings and save.", "在“企业微信设置”中打开“开启”并保存。"));

    public static readonly DoctorText Stopped = new(
        new("The tenant is stopped since {0}: no sync runs. Reason: {1}", "企业自 {0} 起已停止，不再同步。原因：{1}"),
        new("Mend what the lines below call wrong, then run 'tenants resume {2}'.", "先处理下面标为错误的项目，然后执行 tenants resume {2}。"),
        new("Mend what the lines below call wrong, then resume on the overview.", "先处理下面标为错误的项目，然后在“概况”中恢复同步。"));

    public static readonly DoctorText TokenGood = new(new("WeCom accepts the secret and gave a token.", "企业微信接受该 Secret，已获取 access_token。"));

    public static readonly Words AnsweredBefore = new(
        " (Answered {0} ago. The same secret is not shown to WeCom again so soon, since many failed tries would get this server's address banned; another secret is tried at once.)",
        "（这是 {0}前的答复：短时间内不会用同一个 Secret 再次询问企业微信，以免多次失败导致本服务器 IP 被封；保存新的 Secret 后会立即检查。）");

    public static readonly DoctorText NoContactsSecret = new(
        new("There is no contact sync secret: the lists are what the application sees, and who is outside its range cannot be told from who left.",
            "未配置通讯录同步 Secret：列表以应用可见范围为准，无法区分范围外成员与离职成员。"),
        new("Open 管理工具 → 通讯录同步 → API接口同步, choose 读取, copy the Secret into 'contacts.secret' of the tenant file and run 'tenants apply'.",
            "打开 管理工具 → 通讯录同步 → API接口同步，权限选“读取”，把 Secret 填入租户文件的 contacts.secret，然后执行 tenants apply。"),
        new("Open 管理工具 → 通讯录同步 → API接口同步, choose 读取, copy the Secret into the WeCom settings and save.",
            "打开 管理工具 → 通讯录同步 → API接口同步，权限选“读取”，把 Secret 填入“企业微信设置”并保存。"));

    public static readonly DoctorText NoAppSecret = new(
        new("There is no application secret with AgentId: names and details can be read only where WeCom still gives them to contact sync.",
            "未配置应用 Secret 和 AgentId：只有在企业微信仍允许通讯录同步读取详情时才能得到姓名等信息。"),
        new("Open 应用管理 → 自建 → 创建应用, copy AgentId and Secret into 'app' of the tenant file and run 'tenants apply'.",
            "打开 应用管理 → 自建 → 创建应用，把 AgentId 和 Secret 填入租户文件的 app，然后执行 tenants apply。"),
        new("Open 应用管理 → 自建 → 创建应用, copy AgentId and Secret into the WeCom settings and save.",
            "打开 应用管理 → 自建 → 创建应用，把 AgentId 和 Secret 填入“企业微信设置”并保存。"));

    public static readonly DoctorText AddressTrusted = new(
        new("WeCom sees this server as {0} and lets it in.", "企业微信看到的出口 IP 是 {0}，允许访问。"));

    public static readonly DoctorText AddressUntold = new(
        new("WeCom lets this server in; its answers did not name the address.", "企业微信允许访问；应答中没有给出出口 IP。"));

    public static readonly DoctorText SeveralAddresses = new(
        new("Calls leave from several addresses: {0}. Each must be trusted.", "出口 IP 不固定：{0}。每个都必须加入企业可信IP。"),
        new("Add all of them to 企业可信IP, or send the calls through one address with Http:Proxy.", "把它们全部加入企业可信IP，或用 Http:Proxy 固定出口。"),
        new("Add all of them to 企业可信IP, or ask the operator to send the calls through one address.", "把它们全部加入企业可信IP，或请运维人员固定出口地址。"));

    public static readonly DoctorText AgentClosed = new(
        new("The application '{0}' is disabled.", "应用“{0}”已停用。"),
        new("Open 应用管理 → 自建 → the application and enable it.", "打开 应用管理 → 自建 → 该应用，启用它。"));

    public static readonly DoctorText RangeWhole = new(
        new("The application '{0}' sees the whole company: {1} people in {2} departments.", "应用“{0}”可见全公司：{2} 个部门、{1} 名成员。"));

    public static readonly DoctorText RangePart = new(
        new("The application '{0}' sees {1} of {2} people and {3} of {4} departments; the others stay without name and details.",
            "应用“{0}”可见 {1}/{2} 名成员、{3}/{4} 个部门；其余成员没有姓名和详情。"),
        new("Open 应用管理 → 自建 → the application → 可见范围 and add the root department, if everybody is to be mirrored.",
            "如需镜像全部成员，打开 应用管理 → 自建 → 该应用 → 可见范围，加入根部门。"));

    public static readonly DoctorText RangeUnmeasured = new(
        new("The application '{0}' sees {1} departments; without contact sync nobody can say how many there are.",
            "应用“{0}”可见 {1} 个部门；没有通讯录同步 Secret，无法得知总数。"));

    public static readonly DoctorText RangeEmpty = new(
        new("The application '{0}' sees nobody: its visible range is empty.", "应用“{0}”看不到任何人：可见范围为空。"),
        new("Open 应用管理 → 自建 → the application → 可见范围 and add the root department.", "打开 应用管理 → 自建 → 该应用 → 可见范围，加入根部门。"));

    public static readonly DoctorText Lists = new(
        new("The id lists can be read to the end: {0} people, {1} departments, {2} memberships.", "可完整读取 ID 列表：{0} 名成员、{1} 个部门、{2} 条任职关系。"));

    public static readonly DoctorText ListsEmpty = new(
        new("WeCom lists no person and no department, without an error. A sync would refuse to believe that.", "企业微信没有返回任何成员和部门，也没有报错；同步会拒绝采信。"),
        new("Open 管理工具 → 通讯录同步 and check that it is switched on for this company.", "打开 管理工具 → 通讯录同步，确认该企业已开启。"));

    public static readonly DoctorText AppListed = new(new("The application lists {0} departments.", "应用可列出 {0} 个部门。"));

    public static readonly DoctorText DetailsRead = new(
        new("Names and details can be read; one member was tried.", "可读取姓名和详情（已用一名成员验证）。"));

    public static readonly DoctorText DetailsNotChecked = new(
        new("Names and details cannot be read, because the application does not work.", "应用不可用，无法读取姓名和详情。"),
        new("Mend what is wrong with the application above, then run the doctor again.", "先处理上面与应用有关的错误，然后重新检查。"),
        new("Mend what is wrong with the application above, then check again.", "先处理上面与应用有关的错误，然后重新检查。"));

    public static readonly DoctorText NobodyToTry = new(
        new("No member is in sight whose details could be tried.", "可见范围内没有可用来验证的成员。"),
        new("Open 应用管理 → 自建 → the application → 可见范围 and add departments with members.", "打开 应用管理 → 自建 → 该应用 → 可见范围，加入有成员的部门。"));

    public static readonly DoctorText FieldsUnknown = new(
        new("Which fields WeCom gives is learned by the first sync.", "首次同步后才能知道企业微信返回哪些字段。"),
        new("Run 'sync {0} full'.", "执行 sync {0} full。"),
        new("Press “One-click sync”.", "点“一键同步”。"));

    public static readonly DoctorText FieldsGranted = new(new("WeCom gives all of {0} (seen {1} ago).", "企业微信返回全部字段：{0}（{1}前确认）。"));

    public static readonly DoctorText FieldsHidden = new(
        new("WeCom gives none of {0} (seen {1} ago). That is normal for applications made after 20 June 2022; what the mirror has is kept.",
            "企业微信不返回 {0}（{1}前确认）。2022年6月20日之后创建的应用都是如此；镜像中已有的值会保留。"));

    public static readonly DoctorText FieldsWithdrawn = new(
        new("WeCom gives {0}, but no longer {1} (seen {2} ago). The mirror keeps the last values.", "企业微信返回 {0}，但不再返回 {1}（{2}前确认）。镜像保留最后的值。"),
        new("If this is not wanted, open 应用管理 → 自建 → the application and check its permissions to read members' fields.",
            "如非预期，打开 应用管理 → 自建 → 该应用，检查成员敏感信息权限。"));

    public static readonly DoctorText Tags = new(new("Tags can be read: {0}.", "可读取标签：{0} 个。"));

    public static readonly DoctorText Customers = new(
        new("Customer contact can be read for {0} members.", "可读取 {0} 名成员的客户联系数据。"));

    public static readonly DoctorText CustomersNobody = new(
        new("No member has customer contact, or none is in the visible range.", "没有成员开通客户联系，或都不在可见范围内。"),
        new("Only if customers are to be mirrored: open 客户联系 → 权限配置 → 使用范围 and add members.", "如需镜像客户：打开 客户联系 → 权限配置 → 使用范围，加入成员。"));

    public static readonly DoctorText ApplicationNotListed = new(
        new("The application may not read customers ({3}): it is not listed among the applications that may. The directory is not affected.",
            "应用无权读取客户数据（{3}）：未加入 可调用接口的应用，不影响通讯录同步。"),
        new("Only if customers are to be mirrored: open 客户联系 → 客户 → API → 可调用接口的应用 and add the application.",
            "如需镜像客户：打开 客户联系 → 客户 → API → 可调用接口的应用，加入该应用。"));

    public static readonly DoctorText CustomerSecretRefused = new(
        new("The secret entered for customer contact may not read customers ({3}): it is another function's, for example that of contact sync.",
            "填写的客户联系 Secret 无权读取客户数据（{3}）：它属于其他功能，例如通讯录同步。"),
        new("Remove 'customers.secret' from the tenant file, so that the application's secret is used, list the application under 客户联系 → 客户 → API → 可调用接口的应用, and run 'tenants apply'.",
            "从租户文件中删除 customers.secret 以使用应用的 Secret，在 客户联系 → 客户 → API → 可调用接口的应用 中加入该应用，然后执行 tenants apply。"),
        new("Empty the secret under 客户管理 on the settings page, so that the application's secret is used, and list the application under 客户联系 → 客户 → API → 可调用接口的应用.",
            "在“企业微信设置”中清空客户管理的 Secret 以使用应用的 Secret，并在 客户联系 → 客户 → API → 可调用接口的应用 中加入该应用。"));

    public static readonly DoctorText ApplicationListed = new(
        new("The application is listed under 可调用接口的应用, so it may read customers and is told of their changes.",
            "应用已加入 可调用接口的应用，可读取客户数据并接收变更事件。"));

    public static readonly DoctorText OnlyCustomerSecret = new(
        new("Customers are read with customer contact's own secret; the application is not listed. WeCom gives new companies no such secret any more.",
            "目前使用客户联系自身的 Secret 读取客户，应用未加入 可调用接口的应用；企业微信已不再向新企业提供该 Secret。"),
        new("Open 客户联系 → 客户 → API → 可调用接口的应用 and add the application, so that it can take over.",
            "打开 客户联系 → 客户 → API → 可调用接口的应用，加入该应用，以便随时接替。"));

    public static readonly DoctorText UnionidsSeen = new(
        new("A WeChat developer id is bound: {0} of {1} WeChat users have a unionid.", "已绑定微信开发者ID：{1} 名微信客户中有 {0} 名带 unionid。"));

    public static readonly DoctorText UnionidRead = new(
        new("A WeChat developer id is bound: one customer was read, with unionid.", "已绑定微信开发者ID：读取了一名客户，返回了 unionid。"));

    public static readonly DoctorText NoUnionid = new(
        new("WeCom gives no unionid: no WeChat developer id is bound, so customers cannot be matched with members of a platform.",
            "企业微信没有返回 unionid：未绑定微信开发者ID，客户无法与平台会员对应。"),
        new("Open 客户联系 → 客户 → API → 微信开发者ID and bind the platform's account; the next customer sync fills the unionids in.",
            "打开 客户联系 → 客户 → API → 微信开发者ID，绑定平台的账号；下次客户同步会补齐 unionid。"));

    public static readonly DoctorText NoCustomerToTry = new(
        new("Whether a WeChat developer id is bound shows with the first WeChat customer; the members tried have none.",
            "有微信客户后才能知道是否绑定了微信开发者ID；已尝试的成员没有微信客户。"));

    public static readonly DoctorText PullsRest = new(
        new("Scheduled customer syncs rest since {0}, because customers cannot be read; one call a day looks whether that has changed.",
            "由于无法读取客户数据，定时客户同步已暂停 {0}；每天用一次调用检查是否恢复。"),
        new("Only if customers are wanted: follow the step above, then run 'sync {1} customers'.", "如需镜像客户：按上面的步骤处理，然后执行 sync {1} customers。"),
        new("Only if customers are wanted: follow the step above. It is looked at again once a day.", "如需镜像客户：按上面的步骤处理。系统每天会再检查一次。"));

    public static readonly DoctorText LastPull = new(
        new("Customers were last pulled to the end {0} ago; the mirror has {1} relations.", "客户数据最近一次完整拉取于 {0}前；镜像中有 {1} 条客户关系。"));

    public static readonly DoctorText CustomersRefused = new(
        new("Customers cannot be read ({3}: {2}). The directory is not affected.", "无法读取客户数据（{3}：{2}），不影响通讯录同步。"),
        new("Only if customers are to be mirrored: open 客户联系 → API → 可调用接口的应用 and add the application.",
            "如需镜像客户：打开 客户联系 → API → 可调用接口的应用，加入该应用。"));

    public static readonly DoctorText ClockGood = new(new("This server's clock and WeCom's agree within {0}.", "本机时钟与企业微信相差不超过 {0}。"));

    public static readonly DoctorText ClockOff = new(
        new("This server's clock is {0} off from WeCom's.", "本机时钟与企业微信相差 {0}。"),
        new("Switch time synchronisation on (NTP, for example chrony or systemd-timesyncd).", "请开启时间同步（NTP，例如 chrony 或 systemd-timesyncd）。"),
        new("Ask the operator to switch time synchronisation on.", "请联系运维人员开启时间同步。"));

    public static readonly DoctorText ClockUnknown = new(new("WeCom's answers did not carry a time.", "企业微信的应答中没有时间。"));

    public static readonly DoctorText NeverRun = new(
        new("The directory was never synced to its end.", "尚未成功完成过通讯录同步。"),
        new("Run 'sync {0} full'.", "执行 sync {0} full。"),
        new("Press “One-click sync”.", "点“一键同步”。"));

    public static readonly DoctorText LastRun = new(new("The last good sync ended {0} ago.", "最近一次成功同步于 {0}前结束。"));

    public static readonly DoctorText LastRunOld = new(
        new("The last good sync ended {0} ago.", "最近一次成功同步于 {0}前结束。"),
        new("Look at 'tenants list' and at 'status', then run 'sync {1} full'.", "查看 tenants list 和 status，然后执行 sync {1} full。"),
        new("Look at the overview, then press “One-click sync”.", "先看“概况”中的说明，然后点“一键同步”。"));

    public static readonly DoctorText NotChecked = new(
        new("Not checked, because no secret works.", "没有可用的 Secret，未检查。"),
        new("Mend what is wrong above, then run the doctor again.", "处理以上错误后重新检查。"),
        new("Mend what is wrong above, then check again.", "处理以上错误后重新检查。"));
}
