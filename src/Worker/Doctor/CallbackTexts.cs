namespace WeComSync.Worker.Doctor;

/// <summary>
/// What the doctor says about callbacks. <c>{0}</c> is the channel, <c>{1}</c> the page where its address is entered, <c>{2}</c> the address,
/// <c>{3}</c> the channel's block in a tenant file, <c>{4}</c> and <c>{5}</c> how long ago things happened.
/// </summary>
internal static class CallbackTexts
{
    public static readonly Words ContactsPage = Words.Same("管理工具 → 通讯录同步 → 设置接收事件服务器");
    public static readonly Words AppPage = new("应用管理 → the application → 接收消息 → 设置API接收", "应用管理 → 该应用 → 接收消息 → 设置API接收");
    public static readonly Words CustomersPage = Words.Same("客户联系 → 客户 → API → 接收事件服务器");
    public static readonly Words ArchivePage = Words.Same("管理工具 → 会话内容存档 → 接收事件服务器");

    public static readonly Words Contacts = new("contacts", "通讯录");
    public static readonly Words App = new("application", "应用");
    public static readonly Words Customers = new("customers", "客户联系");
    public static readonly Words Archive = new("archive", "会话存档");

    public static readonly Words Moments = new("less than a minute", "不到 1 分钟");
    public static readonly Words Minute = new("a minute", "1 分钟");

    public static readonly DoctorText NotSet = new(
        new("{0}: no token and EncodingAESKey are stored, so WeCom sends no events; changes are found by schedule alone.",
            "{0}：未配置 Token 和 EncodingAESKey，收不到事件；只能靠定时同步发现变更。"),
        new("Put 'token' and 'encodingAesKey' into '{3}' of the tenant file, run 'tenants apply', then open {1} and enter {2} with the same two.",
            "在租户文件的 {3} 中填写 token 和 encodingAesKey，执行 tenants apply，然后打开 {1}，填入 {2} 以及相同的 Token 和 EncodingAESKey。"),
        new("Enter Token and EncodingAESKey in the WeCom settings and save; then open {1}, enter {2} with the same two and save there.",
            "在“企业微信设置”中填写 Token 和 EncodingAESKey 并保存；然后打开 {1}，填入 {2} 以及相同的 Token 和 EncodingAESKey，再点保存。"));

    public static readonly DoctorText NoPublicUrl = new(
        new("Callbacks:PublicUrl is not set, so nobody knows the address to enter in WeCom.", "未设置 Callbacks:PublicUrl，无法得知应填入企业微信的地址。"),
        new("Set Callbacks__PublicUrl to the https address of the callback host as WeCom reaches it, and start the hosts again.",
            "把 Callbacks__PublicUrl 设为企业微信可访问的回调主机 https 地址，并重启服务。"),
        new("Ask the operator to set it.", "请联系运维人员设置。"));

    public static readonly DoctorText NeverAsked = new(
        new("{0}: WeCom has not called the address since token and key were stored.", "{0}：保存 Token 和 EncodingAESKey 之后，企业微信还没有访问过该地址。"),
        new("Open {1}, enter {2} with token and EncodingAESKey of the tenant file, and save. If saving fails, check that the address is reachable from the internet.",
            "打开 {1}，填入 {2} 以及租户文件中的 Token 和 EncodingAESKey 并保存。若保存失败，检查该地址能否从公网访问。"),
        new("Open {1}, enter {2} with the same Token and EncodingAESKey, and save. If saving fails and nothing appears here, the address cannot be reached from the internet: ask the operator.",
            "打开 {1}，填入 {2} 以及相同的 Token 和 EncodingAESKey 并保存。若保存失败而这里没有变化，说明从公网访问不到该地址，请联系运维人员。"));

    public static readonly DoctorText Good = new(
        new("{0}: address last checked by WeCom {4} ago, last event {5} ago.", "{0}：{4}前通过企业微信校验，最近一次事件在 {5}前。"));

    public static readonly DoctorText Verified = new(
        new("{0}: address checked by WeCom {4} ago; no event since.", "{0}：{4}前通过企业微信校验；此后没有事件。"));

    public static readonly DoctorText Unverified = new(
        new("{0}: last event {4} ago.", "{0}：最近一次事件在 {4}前。"));

    public static readonly DoctorText Silent = new(
        new("{0}: no event for {4}. The company may be quiet, or WeCom may have given the address up.", "{0}：已有{4}没有事件。可能没有变更，也可能企业微信已停止推送。"),
        new("Open {1} and save the address {2} again; then change something small and watch 'events list'.",
            "打开 {1}，重新保存地址 {2}；然后做一个小改动，用 events list 观察。"),
        new("Open {1} and save the address {2} again; then change something small and look at the callback events.",
            "打开 {1}，重新保存地址 {2}；然后做一个小改动，在“回调事件”中观察。"));

    public static readonly DoctorText WrongSignature = new(
        new("{0}: {4} ago a request had a wrong signature: the Token in WeCom is not the one stored here.", "{0}：{4}前的请求签名错误：企业微信中的 Token 与此处不一致。"),
        new("Open {1}, copy the Token into '{3}.token' of the tenant file and run 'tenants apply'.", "打开 {1}，把 Token 填入租户文件的 {3}.token，然后执行 tenants apply。"),
        new("Open {1}, copy Token and EncodingAESKey into the WeCom settings once more, save here, then save in WeCom.",
            "打开 {1}，把 Token 和 EncodingAESKey 重新复制到“企业微信设置”，先在这里保存，再到企业微信保存。"));

    public static readonly DoctorText WrongKey = new(
        new("{0}: {4} ago a request could not be decrypted: the EncodingAESKey in WeCom is not the one stored here.", "{0}：{4}前的请求无法解密：EncodingAESKey 不一致。"),
        new("Open {1}, copy the EncodingAESKey into '{3}.encodingAesKey' of the tenant file and run 'tenants apply'.",
            "打开 {1}，把 EncodingAESKey 填入租户文件的 {3}.encodingAesKey，然后执行 tenants apply。"),
        new("Open {1}, copy Token and EncodingAESKey into the WeCom settings once more, save here, then save in WeCom.",
            "打开 {1}，把 Token 和 EncodingAESKey 重新复制到“企业微信设置”，先在这里保存，再到企业微信保存。"));

    public static readonly DoctorText WrongReceiver = new(
        new("{0}: {4} ago a request was meant for another company.", "{0}：{4}前的请求属于其他企业（企业ID不符）。"),
        new("Enter each company's own address in its own WeCom administration: here it is {2}.", "每个企业应填写自己的回调地址：本企业为 {2}。"),
        new("Check 企业ID in the WeCom settings, and that {2} was pasted into the WeCom administration of this very company.",
            "核对“企业微信设置”中的企业ID，并确认 {2} 粘贴在本企业的管理后台中。"));

    public static readonly DoctorText Disabled = new(
        new("{0}: {4} ago a request was refused, because the enterprise is disabled here.", "{0}：{4}前的请求被拒绝：企业在这里未开启。"),
        new("Do what is said of the tenant above, if it is still disabled; then open {1} and save again.", "如企业仍未启用，先按上面“企业”一项处理；然后打开 {1}，再次保存。"));

    public static readonly DoctorText PluginOff = new(
        new("{0}: {4} ago a request was refused, because the platform's plug-in 企业微信管理 is off.", "{0}：{4}前的请求被拒绝：平台的“企业微信管理”已关闭。"),
        new("Switch 企业微信管理 on in the console (platform), then open {1} and save again.", "在控制台的“平台”中开启“企业微信管理”，然后打开 {1}，再次保存。"),
        new("Ask the operator to switch 企业微信管理 on; then open {1} and save again.", "请联系运维人员开启“企业微信管理”；然后打开 {1}，再次保存。"));

    public static readonly DoctorText NotConfigured = new(
        new("{0}: {4} ago WeCom called the address, but no token and EncodingAESKey are stored here.", "{0}：{4}前企业微信访问了该地址，但这里还没有保存 Token 和 EncodingAESKey。"),
        new("Put 'token' and 'encodingAesKey' into '{3}' of the tenant file and run 'tenants apply'; then open {1} and save again.",
            "在租户文件的 {3} 中填写 token 和 encodingAesKey，执行 tenants apply；然后打开 {1}，再次保存。"),
        new("Enter the same Token and EncodingAESKey in the WeCom settings and save here first; then open {1} and save again.",
            "先在“企业微信设置”中填写相同的 Token 和 EncodingAESKey 并保存；然后打开 {1}，再次保存。"));

    public static readonly DoctorText Unusable = new(
        new("{0}: {4} ago a request could not be checked: the stored token and key do not open.", "{0}：{4}前的请求无法校验：存储的 Token 和 EncodingAESKey 无法打开。"),
        new("Put token and EncodingAESKey into the tenant file again, run 'tenants apply', and see 'doctor --host' about the certificate.",
            "重新在租户文件中填写 Token 和 EncodingAESKey，执行 tenants apply，并用 doctor --host 检查证书。"),
        new("Enter Token and EncodingAESKey in the WeCom settings again and save. If it comes back, ask the operator.",
            "在“企业微信设置”中重新填写 Token 和 EncodingAESKey 并保存。如果再次出现，请联系运维人员。"));

    public static readonly DoctorText Refused = new(
        new("{0}: {4} ago a request was refused ({5}).", "{0}：{4}前的请求被拒绝（{5}）。"),
        new("Look into the log of the callback host for the reason; check what stands between WeCom and it.", "查看回调主机日志中的原因；检查企业微信与回调主机之间的代理。"),
        new("WeCom's requests do not arrive as it sends them: ask the operator to look at what stands in between.", "企业微信的请求没有原样到达：请联系运维人员检查中间的代理。"));
}
