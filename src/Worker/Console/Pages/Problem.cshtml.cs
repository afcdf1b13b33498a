using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Worker.WebConsole.Access;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Says in words what a status code means. Shown in the place of an empty answer.</summary>
[AllowAnonymous]
[IgnoreAntiforgeryToken]
internal sealed class ProblemModel : ConsolePage
{
    public string Title { get; private set; } = "";

    public string Explanation { get; private set; } = "";

    public void OnGet(int code) => Explain(code);

    public void OnPost(int code) => Explain(code);

    private void Explain(int code) => (Title, Explanation) = code switch
    {
        StatusCodes.Status400BadRequest => (T["请求无效"], T["页面可能打开得太久，请返回并刷新后重试。"]),
        StatusCodes.Status401Unauthorized => (T["需要登录"], T["登录已结束，请重新登录。"]),
        StatusCodes.Status403Forbidden => (T["没有权限"], T["您的账号不能打开这个页面。"]),
        StatusCodes.Status404NotFound => (T["没有找到"], T["页面不存在，或不属于您的企业。"]),
        StatusCodes.Status413PayloadTooLarge => (T["内容太长"], T["提交的内容超过了上限，请缩短后重试。"]),
        UnstorableText.Status => (T["请求无效"], T["内容里有一个看不见的字符（U+0000），无法保存。请删掉它，或手工重新输入，再试一次。"]),
        _ => (T["没有成功"], T["请返回重试；如果仍然不行，请联系运维人员。"]),
    };
}
