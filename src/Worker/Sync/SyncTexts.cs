using WeComSync.Worker.Doctor;

namespace WeComSync.Worker.Sync;

/// <summary>What is stored of a run that did not do all of its work, beside WeCom's own answers.</summary>
internal static class SyncTexts
{
    private static readonly Words Range = new(
        "Open 应用管理 → 自建 → the application → 可见范围 and put the departments to be mirrored into the range.",
        "打开 应用管理 → 自建 → 该应用 → 可见范围，加入要同步的部门。");

    private static readonly Words CustomerFunction = new(
        "Put members into 客户联系 → 权限配置 → 使用范围, and into the visible range of the application.",
        "在 客户联系 → 权限配置 → 使用范围 中加入成员，并确认他们在应用的可见范围内。");

    private static readonly Words NothingToDo = new("Nothing to do: the next sync reads again.", "无需处理，下次同步会重新读取。");

    public static readonly StoredText NoCredential = new(
        "Tenant {0} has neither a contact-sync secret nor an application with AgentId and secret.",
        new("There is neither a contact-sync secret nor an application with AgentId and secret.", "没有通讯录 Secret，也没有自建应用的 AgentId 与 Secret。"),
        new("Enter one of them in the WeCom settings and save.", "请在“企业微信设置”中填写其中之一并保存。"));

    public static readonly StoredText NoSecret = new(
        "tenant {0} has no secret for {1}",
        new("A secret is missing.", "缺少所需的 Secret。"), new("Enter it in the WeCom settings and save.", "请在“企业微信设置”中填写并保存。"));

    public static readonly StoredText SecretClosed = new(
        "the stored secret of tenant {0} for {1} does not open",
        new("A stored secret cannot be opened on this server.", "本系统无法解密已保存的 Secret。"),
        new("Enter the secret again in the WeCom settings and save. If it comes back, tell the operator.", "请在“企业微信设置”中重新填写并保存。如果再次出现，请联系运维人员。"));

    public static readonly StoredText NothingRead = new(
        "WeCom returned no person and no department, without an error. Nothing was changed.",
        new("WeCom returned nobody and no department. Nothing was changed.", "企业微信没有返回任何员工与部门。没有改动任何数据。"), Range);

    public static readonly StoredText NoCustomerCredential = new(
        "Tenant {0} has neither a customer secret nor an application's.",
        new("There is neither a customer secret nor an application's.", "没有客户联系 Secret，也没有自建应用的 Secret。"),
        new("Enter AgentId and AgentSecret in the WeCom settings and save.", "请在“企业微信设置”中填写 AgentId 与 AgentSecret 并保存。"));

    public static readonly StoredText NoFollowUsers = new(
        "WeCom lists no member with the customer function whom the application sees. Nothing was changed.",
        new("Nobody whom the application sees has the customer function. Nothing was changed.", "应用可见的成员中没有人开通客户联系功能。没有改动任何数据。"), CustomerFunction);

    public static readonly StoredText Superseded = new(
        "A newer run took this one's place while it was out of touch; nothing was written by this one.",
        new("A newer sync took this one's place; this one wrote nothing.", "另一次较新的同步接替了这一次；这一次没有写入任何数据。"),
        new("Nothing to do.", "无需处理。"));

    public static readonly StoredText CancelledByPerson = new(
        "Cancelled by a person during phase {0}; {1}.", new("Somebody cancelled it; {1}.", "已被人取消；{1}。"), NothingToDo);

    public static readonly StoredText Stopped = new(
        "Stopped during phase {0}; {1}.", new("It was ended because the server stopped; {1}.", "因服务停止而结束；{1}。"), NothingToDo);

    public static readonly StoredText NothingWritten = new("nothing was written", new("nothing was written", "没有写入任何数据"));

    public static readonly StoredText MergedStays = new("what was merged before stays", new("what was written before stays", "之前写入的数据保留"));

    public static readonly StoredText DatabaseFailed = new(
        "PostgreSQL failed during phase {0}: {1}", new("The database failed meanwhile. Nothing was half-written.", "同步时数据库出现故障。没有写入不完整的数据。"),
        new("It is tried again by itself. If it comes back, tell the operator.", "会自动重试。如果再次出现，请联系运维人员。"));

    public static readonly StoredText ProcessEnded = new(
        "The process {0} ended during phase {1} without closing the run; nothing was half-written.",
        new("The server that carried it ended unexpectedly. Nothing was half-written.", "执行同步的服务意外结束。没有写入不完整的数据。"), NothingToDo);

    public static readonly StoredText NotWhole = new(
        "{0} objects could not be read and stay as they were; first: {1}",
        new("{0} objects could not be read and stay as they were. The first: {1}", "有 {0} 个对象未能读取，保持原样。第一个：{1}"));

    public static readonly StoredText Held = new(
        "{0} removals are held because they are more than the guard allows. If they are right: sync {1} {2} --approve {3}; `held list {4}` names them.",
        new("{0} removals wait for approval, because they are more than the guard allows: look at them under 一键同步.", "有 {0} 个删除超过了删除保护，正在等待批准：请在“一键同步”中查看。"));

    public static readonly StoredText WouldBeHeld = new(
        "{0} removals would be held, because they are more than the guard allows: a sync without --dry-run lists them for approval.",
        new("{0} removals would wait for approval, because they are more than the guard allows.", "有 {0} 个删除超过了删除保护，同步时会等待批准。"));

    // Former releases stored these three; now a person is asked.
    public static readonly StoredText NothingOfKind = new(
        "WeCom returned no {0} at all, without an error, though the mirror has {1}: nothing was removed. Check the visible range and the permissions of the secrets.",
        new("WeCom returned none at all though there are {1} here: nothing was removed.", "企业微信一个也没有返回，而这里有 {1} 个：没有删除任何数据。"),
        new("Check the visible range and the permissions of the application.", "请检查应用的可见范围与权限。"));

    public static readonly StoredText NoTags = new(
        "WeCom returned no {0} at all, without an error, though the mirror has {1}: nothing was removed.",
        new("WeCom returned none at all though there are {1} here: nothing was removed.", "企业微信一个也没有返回，而这里有 {1} 个：没有删除任何数据。"));

    public static readonly StoredText NoRelations = new(
        "WeCom returned no relation at all, without an error, though the mirror has some: nothing was removed. "
            + "Check the application's visible range and the members' customer function (客户联系 → 权限配置 → 使用范围).",
        new("WeCom returned no relation at all though there are some here: nothing was removed.", "企业微信没有返回任何跟进关系，而这里有：没有删除任何数据。"), CustomerFunction);

    public static readonly StoredText NothingListed = new(
        "The contact-sync secret listed nothing, without an error; nobody is removed on its word. "
            + "If it happens again, set 通讯录同步 up anew in WeCom's administration (管理工具 → 通讯录同步).",
        new("Contact sync listed nothing; nobody was removed for it.", "通讯录同步没有返回任何名单；没有因此删除任何人。"),
        new("If it comes back, set 管理工具 → 通讯录同步 up anew.", "如果再次出现，请在 管理工具 → 通讯录同步 中重新设置。"));

    public static readonly StoredText DepartmentWithoutId = new(
        "WeCom returned a department without an id; all others were taken.",
        new("WeCom returned a department without an id; all others were taken.", "企业微信返回了一个没有ID的部门；其余的都已读取。"));

    public static readonly StoredText PersonWithoutId = new(
        "WeCom returned a person without a userid; everybody else was taken.",
        new("WeCom returned a person without a userid; everybody else was taken.", "企业微信返回了一名没有账号的员工；其余的都已读取。"));

    public static readonly StoredText TagWithoutId = new(
        "WeCom returned a tag without an id; all others were taken, and none was removed.",
        new("WeCom returned a tag without an id; all others were taken, and none was removed.", "企业微信返回了一个没有ID的标签；其余的都已读取，没有删除标签。"), NothingToDo);

    public static readonly StoredText TagNotRead = new(
        "WeCom did not return the whole list of who carries tag {0}; the mirror keeps what it had.",
        new("WeCom did not return the whole list of who carries tag {0}; it stays as it was.", "企业微信没有完整返回标签 {0} 的成员名单；保持原样。"), NothingToDo);

    public static readonly StoredText RowWithoutId = new(
        "WeCom returned an entry without an id; all others were taken, and nothing was removed for it.",
        new("WeCom returned an entry without an id; all others were taken, and nothing was removed for it.", "企业微信返回了一条没有ID的数据；其余的都已读取，没有因此删除任何数据。"), NothingToDo);

    public static readonly StoredText FieldUnstorable = new(
        "The field {0} is too large, nested too deeply, or holds a number too large to store; it stays as it was, and everything else was taken.",
        new("The field {0} is too large, nested too deeply, or holds a number too large to store; it stays as it was, and everything else was taken.",
            "字段 {0} 过大、嵌套过深或含有无法保存的数字；该字段保持原样，其余内容已读取。"),
        new("Correct the field in WeCom's administration.", "请在企业微信管理后台更正该字段。"));

    public static readonly StoredText Incomplete = new(
        "the answer has no {0}",
        new("WeCom answered without what was asked for; what was known stays.", "企业微信的答复缺少所请求的内容；这里保留原有数据。"),
        new("Nothing to do if it passes: the next sync reads again. If it lasts, tell the operator.", "通常无需处理，下次同步会重新读取。如果一直如此，请告诉运维人员。"));

    public static readonly StoredText RangeEmpty = new(
        "The application sees no department: its visible range (应用管理 → the application → 可见范围) is empty. "
            + "Nothing was removed; put the departments to be mirrored into the range.",
        new("The application sees no department: its visible range is empty. Nothing was removed.", "应用看不到任何部门：可见范围为空。没有删除任何数据。"), Range);

    public static readonly StoredText NotReturned = new("WeCom did not return it. {0}", new("WeCom did not return it. {0}", "企业微信没有返回这个对象。{0}"));

    public static readonly StoredText PersonOutOfSight = new(
        "Without the contact-sync secret nothing says whether the person exists out of sight.",
        new("Without the contact-sync secret nobody can say whether the person is out of sight or gone.", "没有通讯录 Secret，无法得知此人是不在可见范围内还是已离开。"));

    public static readonly StoredText PersonNotListed = new(
        "The list of all ids, read to its end, lacks the person: deleted, or another id.",
        new("The list of everybody lacks the person: deleted, or another userid.", "完整名单中没有此人：已删除，或账号已改。"));

    public static readonly StoredText DepartmentOutOfSight = new("It is out of sight, or gone.", new("It is out of sight, or gone.", "它不在可见范围内，或已删除。"));

    public static readonly StoredText DepartmentNotListed = new(
        "The list of all departments lacks it.", new("The list of all departments lacks it.", "全部部门的列表中没有它。"));

    public static readonly StoredText CustomersNotListed = new(
        "The customers of member {0} could not be listed; those whom the pull missed stay: {1}",
        new("The customers of {0} could not be listed and stay as they are. {1}", "无法列出 {0} 的客户，保持原样。{1}"));

    public static readonly StoredText CustomersNotRead = new(
        "The customers of member {0} could not be read and stay as they are: {1}",
        new("The customers of {0} could not be read and stay as they are. {1}", "无法读取 {0} 的客户，保持原样。{1}"));

    public static readonly StoredText Unlicensed = new(
        "WeCom left this member out: he has no active interop licence.",
        new("WeCom left this member out: he has no active interop licence.", "企业微信没有返回该成员：他没有有效的互通许可。"));

    /// <summary>The more special before the more general.</summary>
    public static IReadOnlyList<StoredText> All { get; } =
    [
        NoCredential, NoSecret, SecretClosed, NothingRead, NoCustomerCredential, NoFollowUsers, Superseded, CancelledByPerson, Stopped, NothingWritten, MergedStays,
        DatabaseFailed, ProcessEnded, NotWhole, Held, WouldBeHeld, NothingOfKind, NoTags, NoRelations, NothingListed, DepartmentWithoutId, PersonWithoutId, TagWithoutId,
        TagNotRead, RowWithoutId, FieldUnstorable, Incomplete, RangeEmpty,
        NotReturned, PersonOutOfSight, PersonNotListed, DepartmentOutOfSight, DepartmentNotListed, CustomersNotListed, CustomersNotRead, Unlicensed,
    ];
}
