using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using WeComSync.Worker.WebConsole.Accounts;

namespace WeComSync.Worker.WebConsole.Access;

/// <summary>
/// What changes secrets, removes data or binds for good asks for the password again when it was given long ago: an unattended
/// screen is not enough. A page that was opened in time may be sent somewhat later, so that nobody loses what he typed.
/// </summary>
/// <param name="handlers">Names of the page's handlers that it is for; none for all of them.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class FreshLoginAttribute(params string[] handlers) : Attribute, IAsyncPageFilter
{
    private static readonly TimeSpan ToOpen = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan ToSend = TimeSpan.FromMinutes(90);

    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (handlers.Length > 0 && !handlers.Contains(context.HandlerMethod?.Name))
        {
            await next();
            return;
        }

        var request = context.HttpContext.Request;
        var clock = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>();
        var given = long.Parse(context.HttpContext.User.FindFirst(AccountClaims.LoggedInAt)!.Value, CultureInfo.InvariantCulture);
        var age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(given);
        if (age <= (HttpMethods.IsGet(request.Method) ? ToOpen : ToSend))
        {
            await next();
            return;
        }

        var confirm = "/account/confirm" + QueryString.Create("returnUrl", request.Path + (HttpMethods.IsGet(request.Method) ? request.QueryString : default));
        var texts = context.HttpContext.RequestServices.GetRequiredService<IStringLocalizer<Texts>>();
        context.Result = request.Headers.XRequestedWith.Count == 0
            ? new LocalRedirectResult(confirm)
            : new JsonResult(new FormAnswer { Problem = texts["登录已超过一段时间，请在另一个标签页重新登录后再保存；此处输入的内容不会丢失。"] })
            {
                StatusCode = StatusCodes.Status422UnprocessableEntity,
            };
    }
}
