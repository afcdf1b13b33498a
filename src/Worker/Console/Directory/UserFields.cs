using Microsoft.Extensions.Localization;
using WeComSync.Domain.Directory;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>The fields of an employee, in the order in which a page shows them.</summary>
internal static class UserFields
{
    public static IReadOnlyList<(string Field, string? Value)> Of(User user, IStringLocalizer T) =>
    [
        ("name", user.Name), ("alias", user.Alias), ("english_name", user.EnglishName), ("position", user.Position), ("mobile", user.Mobile),
        ("telephone", user.Telephone), ("email", user.Email), ("biz_mail", user.BizMail), ("gender", Gender(user.Gender, T)), ("address", user.Address),
        ("status", Status(user.Status, T)), ("direct_leaders", user.DirectLeaders is null ? null : string.Join(", ", user.DirectLeaders)),
        ("external_position", user.ExternalPosition), ("extattr", AttributeText.Of(user.Extattr)), ("external_profile", AttributeText.Of(user.ExternalProfile)), ("open_userid", user.OpenUserid),
        ("avatar", user.Avatar), ("qr_code", user.QrCode),
    ];

    public static string? Status(short? status, IStringLocalizer T) => status switch
    {
        null => null,
        1 => T["已激活"].Value,
        2 => T["已禁用"].Value,
        4 => T["未激活"].Value,
        5 => T["已退出企业"].Value,
        { } other => $"{other}",
    };

    public static string Label(string field, IStringLocalizer T) => field switch
    {
        "name" => T["名称"],
        "name_en" => T["英文名称"],
        "alias" => T["别名"],
        "english_name" => T["英文名"],
        "position" => T["职务"],
        "mobile" => T["手机"],
        "telephone" => T["座机"],
        "email" => T["邮箱"],
        "biz_mail" => T["企业邮箱"],
        "gender" => T["性别"],
        "address" => T["地址"],
        "status" => T["状态"],
        "direct_leaders" => T["直属上级"],
        "external_position" => T["对外职务"],
        "extattr" => T["扩展属性"],
        "external_profile" => T["对外信息"],
        "avatar" => T["头像"],
        "thumb_avatar" => T["头像缩略图"],
        "qr_code" => T["个人二维码"],
        "parent_id" => T["上级部门"],
        "sort_order" => T["排序"],
        "leaders" => T["负责人"],
        "main_department_id" => T["主部门"],
        "user_id" => T["账号（userid）"],
        "detail" => T["资料完整度"],
        _ => field,
    };

    private static string? Gender(short? gender, IStringLocalizer T) => gender switch
    {
        null => null,
        1 => T["男"].Value,
        2 => T["女"].Value,
        _ => T["未知"].Value,
    };
}
