using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using WeComSync.Worker.Tenants;

namespace WeComSync.Worker.WebConsole.Settings;

/// <summary>Says in the page's language what is wrong with a field. What is right or wrong is decided by <see cref="TextRules"/>, as for tenant files.</summary>
internal static partial class SettingRules
{
    /// <param name="field">The field's name, for example <c>contacts.token</c>.</param>
    /// <param name="value">What was typed, without blanks around it.</param>
    /// <param name="T">The page's texts.</param>
    /// <returns>Null if nothing is wrong. Never the value itself.</returns>
    public static string? Check(string field, string value, IStringLocalizer T) => field switch
    {
        "name" => TextRules.Name(value) is null ? null : T["名称为 1 到 200 个字符，不能换行。"].Value,
        "email" => TextRules.Email(value) is null ? null : T["邮箱格式不正确。"].Value,
        "archive.pem" => TextRules.PrivateKey(value) is null ? null
            : Foreign(value, T) ?? T["需要不带密码的 RSA 私钥（PEM，以 BEGIN PRIVATE KEY 或 BEGIN RSA PRIVATE KEY 开头）。"].Value,
        _ => Foreign(value, T) ?? CheckAscii(field, value, T),
    };

    private static string? CheckAscii(string field, string value, IStringLocalizer T) => field switch
    {
        "key" => TextRules.Key(value) is null ? null : T["标识为 1 到 64 个小写字母、数字、“-”或“_”，不能以“-”开头。"].Value,
        "corpId" => CorpId(value, T),
        "timeZone" => TextRules.TimeZone(value) is null ? null : T["请填写 IANA 时区，例如 Asia/Shanghai。"].Value,
        "maxRemovedPercent" => Whole(value, 0, 100) ? null : T["请填写 0 到 100 的整数。"].Value,
        "maxRemoved" => Whole(value, 0, int.MaxValue) ? null : T["请填写 0 或更大的整数。"].Value,
        "app.agentId" => Whole(value, 1, int.MaxValue) ? null : T["AgentId 是一个整数，例如 1000002。"].Value,
        "weChatAppId" or "appId" => AppId().IsMatch(value) ? null : T["AppID 为“wx”开头的 18 位小写字母与数字。"].Value,
        "archive.version" => Whole(value, 1, int.MaxValue) ? null : T["请填写企业微信显示的公钥版本号（整数）。"].Value,
        _ when field.EndsWith(".secret", StringComparison.Ordinal) => Secret(value, T),
        _ when field.EndsWith(".token", StringComparison.Ordinal) => Token(value, T),
        _ when field.EndsWith(".encodingAesKey", StringComparison.Ordinal) => EncodingAesKey(value, T),
        _ => null,
    };

    private static string? CorpId(string value, IStringLocalizer T) =>
        TextRules.CorpId(value) is null ? null : T["企业ID 以“ww”开头，共 18 位字母与数字，在“我的企业 → 企业信息”最下方。"].Value;

    private static string? Secret(string value, IStringLocalizer T) =>
        TextRules.Secret(value) is not null ? T["Secret 中不能有空格或换行，是否复制了多余的内容？"].Value
        : TextRules.CorpId(value) is null && value.Length == 18 ? T["这看起来是企业ID，不是 Secret。"].Value
        : null;

    private static string? Token(string value, IStringLocalizer T) =>
        TextRules.Token(value) is null ? null
        : TextRules.EncodingAesKey(value) is null ? T["这看起来是 EncodingAESKey，请填到下一项。"].Value
        : T["Token 为 1 到 32 位字母与数字，现在是 {0} 位。", value.Length].Value;

    private static string? EncodingAesKey(string value, IStringLocalizer T) =>
        TextRules.EncodingAesKey(value) is null ? null
        : value.Length < 43 && TextRules.Token(value) is null ? T["EncodingAESKey 为 43 位字母与数字，现在是 {0} 位。是否填成了 Token，或没有复制完整？", value.Length].Value
        : T["EncodingAESKey 为 43 位字母与数字，现在是 {0} 位。", value.Length].Value;

    /// <summary>Which character of a text that must be ASCII is none, and where.</summary>
    private static string? Foreign(string value, IStringLocalizer T) => ForeignCharacter.FirstIn(value) switch
    {
        null => null,
        { HalfWidth: { } ascii } f => T["第 {0} 个字符是全角的“{1}”（{2}），应为半角的“{3}”。请重新复制，或手工输入。", f.Position, f.Visible!, f.Code, ascii].Value,
        { Visible: { } seen } f => T["第 {0} 个字符“{1}”（{2}）不应出现在此处。请重新复制，或手工输入。", f.Position, seen, f.Code].Value,
        { } f => T["第 {0} 个字符是看不见的字符（{1}）。请重新复制，或手工输入。", f.Position, f.Code].Value,
    };

    private static bool Whole(string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;

    [GeneratedRegex("^wx[0-9a-f]{16}$", RegexOptions.CultureInvariant)]
    private static partial Regex AppId();
}
