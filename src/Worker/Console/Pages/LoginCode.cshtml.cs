using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Domain.Accounts;
using WeComSync.Worker.WebConsole.Accounts;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>The second factor, for whoever gave the password a moment ago.</summary>
[AllowAnonymous]
internal sealed class LoginCodeModel(Logins logins, SignInManager<Account> signIn) : ConsolePage
{
    public async Task<IActionResult> OnGetAsync() =>
        await signIn.GetTwoFactorAuthenticationUserAsync() is null ? LocalRedirect("/login") : Page();

    public async Task<IActionResult> OnPostAsync([FromForm] string? code, string? returnUrl, CancellationToken ct)
    {
        switch (await logins.WithCodeAsync(code ?? "", HttpContext.Connection.RemoteIpAddress, ct))
        {
            case LoginResult.Accepted:
                return LocalRedirect(Url.IsLocalUrl(returnUrl) ? returnUrl : "/");
            case LoginResult.LockedOut:
                Response.StatusCode = StatusCodes.Status429TooManyRequests;
                Problem = T["失败次数过多，请五分钟后再试。"];
                return Page();
            default:
                Response.StatusCode = StatusCodes.Status401Unauthorized;
                Problem = T["验证码不正确或已过期。"];
                return Page();
        }
    }
}
