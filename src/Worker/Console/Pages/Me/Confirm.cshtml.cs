using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Domain.Accounts;
using WeComSync.Worker.WebConsole.Accounts;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Asks for the password again, before what must not be done at an unattended screen.</summary>
internal sealed class ConfirmModel(UserManager<Account> accounts, SignInManager<Account> signIn, LoginGuard guard) : ConsolePage
{
    public async Task<IActionResult> OnPostAsync([FromForm] string? password, string? returnUrl, CancellationToken ct)
    {
        var account = (await accounts.GetUserAsync(User))!;
        var result = await guard.TryAsync(HttpContext.Connection.RemoteIpAddress, async () =>
            password is { Length: <= Logins.LongestPassword } && (await signIn.CheckPasswordSignInAsync(account, password, lockoutOnFailure: true)).Succeeded
                ? LoginResult.Accepted
                : LoginResult.Refused, ct);
        if (result != LoginResult.Accepted)
        {
            return Refused(result == LoginResult.LockedOut ? T["失败次数过多，请五分钟后再试。"] : T["密码不正确。"]);
        }

        await signIn.SignInAsync(account, isPersistent: false);
        return LocalRedirect(Url.IsLocalUrl(returnUrl) ? returnUrl : "/");
    }
}
