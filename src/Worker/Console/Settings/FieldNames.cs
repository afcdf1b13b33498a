using Microsoft.Extensions.Localization;

namespace WeComSync.Worker.WebConsole.Settings;

/// <summary>What people call the fields.</summary>
internal static class FieldNames
{
    public static string Of(string field, IStringLocalizer T) => field switch
    {
        "name" => T["企业名称"],
        "corpId" => T["企业ID"],
        "enabled" or "switchedOn" => T["开启"],
        "timeZone" => T["时区"],
        "guard" => T["删除保护"],
        "weChatAppId" => T["微信开发者ID"],
        "callbackUrl" => T["回调地址"],
        "app.agentId" => "AgentId",
        "app.secret" => "AgentSecret",
        "app.token" => T["应用 Token"],
        "app.encodingAesKey" => T["应用 EncodingAESKey"],
        "contacts.secret" => T["通讯录 Secret"],
        "contacts.token" => T["通讯录 Token"],
        "contacts.encodingAesKey" => T["通讯录 EncodingAESKey"],
        "customers.secret" => T["客户联系 Secret"],
        "customers.token" => T["客户联系 Token"],
        "customers.encodingAesKey" => T["客户联系 EncodingAESKey"],
        "archive.secret" => T["会话存档 Secret"],
        "archive.token" => T["会话存档 Token"],
        "archive.encodingAesKey" => T["会话存档 EncodingAESKey"],
        "archive.privateKeys" => T["会话存档私钥"],
        _ => field,
    };
}
