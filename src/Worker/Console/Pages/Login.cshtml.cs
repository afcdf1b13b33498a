using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Worker.WebConsole.Accounts;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>The page that strangers see.</summary>
[AllowAnonymous]
internal sealed class LoginModel(Logins logins) : ConsolePage
{
    public string Email { get; private set; } = "";

    public IActionResult OnGet(string? returnUrl) => User.Identity is { IsAuthenticated: true } ? LocalRedirect(Destination(returnUrl)) : Page();

    public async Task<IActionResult> OnPostAsync([FromForm] string? email, [FromForm] string? password, string? returnUrl, CancellationToken ct)
    {
        Email = email ?? "";
        switch (await logins.WithPasswordAsync(Email, password ?? "", HttpContext.Connection.RemoteIpAddress, ct))
        {
            case LoginResult.Accepted:
                return LocalRedirect(Destination(returnUrl));
            case LoginResult.CodeWanted:
                return LocalRedirect("/login/code" + QueryString.Create("returnUrl", Destination(returnUrl)));
            case LoginResult.LockedOut:
                Response.StatusCode = StatusCodes.Status429TooManyRequests;
                Problem = T["失败次数过多，请五分钟后再试。"];
                return Page();
            default:
                Response.StatusCode = StatusCodes.Status401Unauthorized;
                Problem = T["邮箱或密码错误。"];
                return Page();
        }
    }

    /// <summary>Never to another site, whatever the address says.</summary>
    private string Destination(string? returnUrl) => Url.IsLocalUrl(returnUrl) ? returnUrl : "/";
}
