using Microsoft.Extensions.Localization;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Doctor;

namespace WeComSync.Worker.WebConsole;

/// <summary>The words for stored values.</summary>
internal static class Words
{
    /// <summary>A state of an enterprise, run or event, with the tone that it is shown in.</summary>
    public static (string Text, string Tone) State(string state, IStringLocalizer T) => state switch
    {
        "active" => (T["正常"], "good"),
        "disabled" => (T["已停用"], "wait"),
        "switched_off" => (T["未开启"], "wait"),
        "slowed" => (T["已减速"], "wait"),
        "stopped" => (T["已停止"], "bad"),
        "running" => (T["进行中"], "busy"),
        "done" => (T["完成"], "good"),
        "partial" => (T["部分完成"], "wait"),
        "failed" => (T["失败"], "bad"),
        "cancelled" => (T["已取消"], "wait"),
        "waiting" => (T["等待中"], "busy"),
        "applied" => (T["已应用"], "good"),
        "ignored" => (T["已忽略"], ""),
        "superseded" => (T["由同步代替"], ""),
        "parked" => (T["已搁置"], "bad"),
        _ => (state, ""),
    };

    public static string Channel(Channel channel, IStringLocalizer T) => channel switch
    {
        Domain.Tenants.Channel.App => T["应用"],
        Domain.Tenants.Channel.Contacts => T["通讯录"],
        Domain.Tenants.Channel.Customers => T["客户联系"],
        _ => T["会话存档"],
    };

    public static string Entity(string entity, IStringLocalizer T) => entity switch
    {
        "department" => T["部门"],
        "user" => T["员工"],
        "user_department" => T["任职"],
        "contact_tag" => T["通讯录标签"],
        "contact_tag_user" => T["标签成员"],
        "contact_tag_department" => T["标签部门"],
        "customer" => T["客户"],
        "follow" => T["跟进关系"],
        "corp_tag" => T["企业标签"],
        "corp_tag_group" => T["企业标签组"],
        "group_chat" => T["客户群"],
        "group_chat_member" => T["客户群成员"],
        _ => entity,
    };

    public static string Op(string op, IStringLocalizer T) => op switch
    {
        "created" => T["新增"],
        "changed" => T["变更"],
        "removed" => T["删除"],
        "restored" => T["恢复"],
        "renamed" => T["改名"],
        "held" => T["暂缓删除"],
        _ => op,
    };

    public static string Kind(string kind, IStringLocalizer T) => kind switch
    {
        "full" => T["全量"],
        "incremental" => T["增量"],
        "customers" => T["客户数据"],
        "one_object" => T["单个对象"],
        _ => kind,
    };

    public static string Trigger(string trigger, IStringLocalizer T) => trigger switch
    {
        "schedule" => T["定时"],
        "command" => T["命令行"],
        "console" => T["控制台"],
        "event" => T["事件"],
        _ => trigger,
    };

    /// <summary>What a run is doing.</summary>
    public static string Phase(string phase, IStringLocalizer T) => phase switch
    {
        "start" => T["准备"],
        "ids" => T["读取部门与名单"],
        "details" => T["读取员工资料"],
        "tags" => T["读取标签"],
        "members" => T["读取客户"],
        "chats" => T["读取客户群"],
        "settle" => T["核对已移除的客户"],
        "merge" => T["比较并写入"],
        _ => phase,
    };

    public static (string Text, string Tone) Verdict(DoctorVerdict verdict, IStringLocalizer T) => verdict switch
    {
        DoctorVerdict.Ok => (T["通过"], "good"),
        DoctorVerdict.Warning => (T["注意"], "wait"),
        _ => (T["有误"], "bad"),
    };
}
