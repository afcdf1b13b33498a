using Microsoft.Extensions.Localization;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole;

/// <summary>The words for stored values.</summary>
internal static class Words
{
    /// <summary>A state of an enterprise, run or event, with the tone that it is shown in.</summary>
    public static (string Text, string Tone) State(string state, IStringLocalizer T) => state switch
    {
        "active" => (T["正常"], "good"),
        "disabled" => (T["已停用"], "wait"),
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
        "customers" => T["客户"],
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
        "merge" => T["比较并写入"],
        _ => phase,
    };

    /// <summary>What WeCom's commonest refusals mean, and what mends them; null for others.</summary>
    public static string? Stopped(int? code, IStringLocalizer T) => code switch
    {
        60020 => T["本系统的公网地址不在企业可信IP中：请在该应用的“企业可信IP”中加入，约一分钟后恢复。"].Value,
        40001 or 42001 or 40014 => T["Secret 不正确或已被重置：请从企业微信重新复制并保存。"].Value,
        40013 => T["企业ID 不正确：请从“我的企业 → 企业信息”重新复制。"].Value,
        48002 or 60011 => T["权限不足：请检查应用的可见范围与接口权限。"].Value,
        48009 => T["通讯录同步 Secret 无权读取资料：请同时填写自建应用的 AgentId 与 AgentSecret。"].Value,
        _ => null,
    };

    /// <summary>What became of a request to a callback address, and what to do about it.</summary>
    public static (string Text, string Tone) Outcome(CallbackOutcome outcome, IStringLocalizer T) => outcome switch
    {
        CallbackOutcome.Accepted => (T["收到事件"], "good"),
        CallbackOutcome.Duplicate => (T["收到重复事件"], "good"),
        CallbackOutcome.Verified => (T["URL 验证通过"], "good"),
        CallbackOutcome.WrongSignature => (T["签名不符：企业微信里的 Token 与这里保存的不同。请重新复制 Token 到两边。"], "bad"),
        CallbackOutcome.WrongEncodingAesKey => (T["无法解密：EncodingAESKey 与企业微信里的不同。请重新复制 EncodingAESKey 到两边。"], "bad"),
        CallbackOutcome.WrongReceiver => (T["企业ID不符：该请求属于另一个企业。请核对企业ID与所粘贴的 URL。"], "bad"),
        CallbackOutcome.Disabled => (T["企业已停用：请先打开“开启”开关并保存。"], "bad"),
        CallbackOutcome.PluginOff => (T["平台的“企业微信管理”已关闭：请联系运维人员。"], "bad"),
        CallbackOutcome.NotConfigured => (T["尚未保存 Token 与 EncodingAESKey：请先在“企业微信设置”中保存，再在企业微信里保存 URL。"], "bad"),
        CallbackOutcome.UnusableSettings => (T["保存的 Token 或 EncodingAESKey 无法使用，请重新填写。"], "bad"),
        CallbackOutcome.Malformed or CallbackOutcome.MalformedMessage => (T["请求格式不是企业微信的格式。"], "wait"),
        CallbackOutcome.TooLarge => (T["请求过大，已拒绝。"], "wait"),
        CallbackOutcome.Unavailable => (T["服务暂时不可用，企业微信会重试。"], "wait"),
        _ => (EnumText.Of(outcome), "wait"),
    };
}
