using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Domain.Accounts;
using WeComSync.Worker.WebConsole.Accounts;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>One's own password and second factor.</summary>
internal sealed class AccountModel(UserManager<Account> accounts, SignInManager<Account> signIn, AuditLog audit) : ConsolePage
{
    public bool TwoFactor { get; private set; }

    public async Task OnGetAsync() => TwoFactor = (await AccountAsync()).TwoFactor;

    public async Task<IActionResult> OnPostAsync([FromForm] string? current, [FromForm] string? wanted, CancellationToken ct)
    {
        var account = await AccountAsync();
        TwoFactor = account.TwoFactor;
        if ((current?.Length ?? 0) > Logins.LongestPassword || (wanted?.Length ?? 0) > Logins.LongestPassword)
        {
            Problems["wanted"] = T["密码最多 {0} 个字符。", Logins.LongestPassword];
            return Refused();
        }

        var changed = await accounts.ChangePasswordAsync(account, current ?? "", wanted ?? "");
        if (!changed.Succeeded)
        {
            foreach (var error in changed.Errors)
            {
                Problems[error.Code == nameof(IdentityErrorDescriber.PasswordMismatch) ? "current" : "wanted"] = error.Description;
            }

            return Refused();
        }

        await audit.WriteAsync(AuditAction.PasswordChanged, null, ct);
        // This session goes on; every other one ends.
        await signIn.SignInAsync(account, isPersistent: false);
        return Accepted("/account", T["密码已修改，其他设备上的登录已结束。"]);
    }

    private async Task<Account> AccountAsync() => (await accounts.GetUserAsync(User))!;
}
