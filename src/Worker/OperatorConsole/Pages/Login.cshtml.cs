using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace WeComSync.Worker.OperatorConsole.Pages;

/// <summary>The one page that strangers see.</summary>
[AllowAnonymous]
public sealed class LoginModel : PageModel
{
    public string Email { get; private set; } = "";

    public string? Problem { get; private set; }

    public IActionResult OnGet(string? returnUrl) => User.IsInRole(OperatorSession.Policy) ? LocalRedirect(Destination(returnUrl)) : Page();

    public async Task<IActionResult> OnPostAsync(
        [FromForm] string? email, [FromForm] string? password, string? returnUrl, [FromServices] IServiceProvider services, CancellationToken ct)
    {
        Email = email ?? "";
        var login = services.GetRequiredService<OperatorLogin>();
        switch (await login.TryAsync(Email, password ?? "", HttpContext.Connection.RemoteIpAddress, ct))
        {
            case LoginResult.Accepted:
                await OperatorSession.SignInAsync(HttpContext, services.GetRequiredService<ConsoleOptions>().Operator);
                return LocalRedirect(Destination(returnUrl));
            case LoginResult.LockedOut:
                Response.StatusCode = StatusCodes.Status429TooManyRequests;
                Problem = "Too many failed attempts. Wait five minutes. 失败次数过多，请五分钟后再试。";
                return Page();
            default:
                Response.StatusCode = StatusCodes.Status401Unauthorized;
                Problem = "E-mail or password is wrong. 邮箱或密码错误。";
                return Page();
        }
    }

    /// <summary>Never to another site, whatever the address says.</summary>
    private string Destination(string? returnUrl) => Url.IsLocalUrl(returnUrl) ? returnUrl : "/";
}
