using Microsoft.Extensions.Localization;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.WebConsole.Directory.Writing;

/// <summary>What WeCom's refusals mean, and beside which field of the form that belongs.</summary>
internal static class WriteErrors
{
    /// <returns>The field's name; empty for the whole form.</returns>
    public static (string Field, string Text) Of(WeComException refusal, IStringLocalizer T) => refusal.ErrCode switch
    {
        40003 => ("userid", T["企业微信不接受这个账号。"]),
        60102 => ("userid", T["企业微信中已有这个账号（不区分大小写）。"]),
        60112 => ("name", T["企业微信不接受这个姓名。"]),
        60103 => ("mobile", T["企业微信不接受这个手机号。"]),
        60104 => ("mobile", T["这个手机号已被企业中的其他成员使用。"]),
        60129 => ("mobile", T["手机与邮箱至少填写一项。"]),
        60105 or 60141 or 60142 => ("email", T["企业微信不接受这个邮箱。"]),
        60106 or 60143 or 60144 => ("email", T["这个邮箱已被企业中的其他成员使用。"]),
        301012 => ("position", T["企业微信不接受这个职务。"]),
        301013 => ("telephone", T["企业微信不接受这个座机号码。"]),
        60110 => ("departments", T["一名成员所在的部门太多了。"]),
        40066 or 41019 or 60132 or 60127 => ("departments", T["企业微信不接受这些部门。"]),
        60003 or 60123 => ("departments", T["企业微信中没有这个部门，可能刚被删除。"]),
        60001 or 60125 => ("departmentName", T["企业微信不接受这个部门名称：长度不对。"]),
        60009 => ("departmentName", T["企业微信不接受这个部门名称：含有不允许的字符。"]),
        60008 => ("departmentName", T["同一上级部门下已有同名部门。"]),
        60004 or 60124 => ("parent", T["企业微信中没有这个上级部门。"]),
        60010 => ("parent", T["不能把部门移到它自己的下级部门中。"]),
        81002 => ("parent", T["部门层级太深，企业微信最多允许 15 级。"]),
        81001 => ("parent", T["该部门下的成员与部门已达企业微信的上限。"]),
        60005 => ("", T["部门中还有成员，不能删除。请先移走成员。"]),
        60006 => ("", T["部门下还有子部门，不能删除。请先删除子部门。"]),
        60007 => ("", T["根部门不能删除。"]),
        60111 or 46004 => ("", T["企业微信中没有这名成员，可能刚被删除。"]),
        301005 => ("", T["企业的创建者不能删除。"]),
        45024 => ("", T["企业的成员数已达企业微信的上限，请先在企业微信中扩容。"]),
        45009 or 45033 => ("", T["企业微信限制了调用频率，请过一会儿再试。"]),
        -1 or 6000 => ("", T["企业微信正忙，没有保存，请再试一次。"]),
        _ when WriteAccess.IsMissing(refusal.ErrCode) => ("", new WritePermission(WriteObstacle.NotGranted).Why(T)),
        var code => ("", $"{T["企业微信拒绝了这次修改（错误 {0}）。", code ?? 0].Value} {Shown.Line(refusal.Reason)} {StepOf(refusal)}"),
    };

    private static string? StepOf(WeComException refusal) =>
        refusal.ErrCode is { } code ? Explanation.OfCode(refusal.Endpoint, code, refusal.Reason).Step?.In(Languages.OfVisitor) : null;

    /// <summary>For an attempt that WeCom did not answer.</summary>
    public static string OfSilence(IStringLocalizer T) => T["没有收到企业微信的答复，不清楚是否已经生效。请核对此处的内容，需要时再保存一次。"];
}
