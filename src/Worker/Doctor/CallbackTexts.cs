namespace WeComSync.Worker.Doctor;

/// <summary>What the doctor says about callbacks. <c>{0}</c> is the channel, <c>{1}</c> the page where its address is entered, <c>{2}</c> the address.</summary>
internal static class CallbackTexts
{
    public static readonly Words ContactsPage = Words.Same("管理工具 → 通讯录同步 → 设置接收事件服务器");
    public static readonly Words AppPage = new("应用管理 → the application → 接收消息 → 设置API接收", "应用管理 → 该应用 → 接收消息 → 设置API接收");
    public static readonly Words CustomersPage = Words.Same("客户联系 → 客户 → API → 接收事件服务器");

    public static readonly DoctorText NotSet = new(
        new("{0}: no token and EncodingAESKey are stored, so WeCom sends no events; changes are found by schedule alone.",
            "{0}：未配置 Token 和 EncodingAESKey，收不到事件；只能靠定时同步发现变更。"),
        new("Put 'token' and 'encodingAesKey' into '{0}' of the tenant file, run 'tenants apply', then open {1} and enter {2} with the same two.",
            "在租户文件的 {0} 中填写 token 和 encodingAesKey，执行 tenants apply，然后打开 {1}，填入 {2} 以及相同的 Token 和 EncodingAESKey。"));

    public static readonly DoctorText NoPublicUrl = new(
        new("Callbacks:PublicUrl is not set, so nobody knows the address to enter in WeCom.", "未设置 Callbacks:PublicUrl，无法得知应填入企业微信的地址。"),
        new("Set Callbacks__PublicUrl to the https address of the callback host as WeCom reaches it, and start the hosts again.",
            "把 Callbacks__PublicUrl 设为企业微信可访问的回调主机 https 地址，并重启服务。"));

    public static readonly DoctorText NeverAsked = new(
        new("{0}: WeCom never called the address.", "{0}：企业微信从未访问过该地址。"),
        new("Open {1}, enter {2} with token and EncodingAESKey of the tenant file, and save. If saving fails, check that the address is reachable from the internet.",
            "打开 {1}，填入 {2} 以及租户文件中的 Token 和 EncodingAESKey 并保存。若保存失败，检查该地址能否从公网访问。"));

    public static readonly DoctorText Good = new(
        new("{0}: address last checked by WeCom {3} ago, last event {4} ago.", "{0}：{3}前通过企业微信校验，最近一次事件在 {4}前。"));

    public static readonly DoctorText Verified = new(
        new("{0}: address checked by WeCom {3} ago; no event since.", "{0}：{3}前通过企业微信校验；此后没有事件。"));

    public static readonly DoctorText Unverified = new(
        new("{0}: last event {3} ago.", "{0}：最近一次事件在 {3}前。"));

    public static readonly DoctorText Silent = new(
        new("{0}: no event for {3}. The company may be quiet, or WeCom may have given the address up.", "{0}：已有 {3}没有事件。可能没有变更，也可能企业微信已停止推送。"),
        new("Open {1} and save the address {2} again; then change something small and watch 'events list'.",
            "打开 {1}，重新保存地址 {2}；然后做一个小改动，用 events list 观察。"));

    public static readonly DoctorText WrongSignature = new(
        new("{0}: {3} ago a request had a wrong signature: the Token in WeCom is not the one stored here.", "{0}：{3}前的请求签名错误：企业微信中的 Token 与此处不一致。"),
        new("Open {1}, copy the Token into '{0}.token' of the tenant file and run 'tenants apply'.", "打开 {1}，把 Token 填入租户文件的 {0}.token，然后执行 tenants apply。"));

    public static readonly DoctorText WrongKey = new(
        new("{0}: {3} ago a request could not be decrypted: the EncodingAESKey in WeCom is not the one stored here.", "{0}：{3}前的请求无法解密：EncodingAESKey 不一致。"),
        new("Open {1}, copy the EncodingAESKey into '{0}.encodingAesKey' of the tenant file and run 'tenants apply'.",
            "打开 {1}，把 EncodingAESKey 填入租户文件的 {0}.encodingAesKey，然后执行 tenants apply。"));

    public static readonly DoctorText WrongReceiver = new(
        new("{0}: {3} ago a request was meant for another company.", "{0}：{3}前的请求属于其他企业。"),
        new("Enter each company's own address in its own WeCom administration: here it is {2}.", "每个企业应填写自己的回调地址：本企业为 {2}。"));

    public static readonly DoctorText Unusable = new(
        new("{0}: {3} ago a request could not be checked: the stored token and key do not open.", "{0}：{3}前的请求无法校验：存储的 Token 和 EncodingAESKey 无法打开。"),
        new("Put token and EncodingAESKey into the tenant file again, run 'tenants apply', and see 'doctor --host' about the certificate.",
            "重新在租户文件中填写 Token 和 EncodingAESKey，执行 tenants apply，并用 doctor --host 检查证书。"));

    public static readonly DoctorText Refused = new(
        new("{0}: {3} ago a request was refused ({4}).", "{0}：{3}前的请求被拒绝（{4}）。"),
        new("Look into the log of the callback host for the reason; check what stands between WeCom and it.", "查看回调主机日志中的原因；检查企业微信与回调主机之间的代理。"));
}
