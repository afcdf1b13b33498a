using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Domain.Accounts;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Ends the session.</summary>
internal sealed class LogoutModel(SignInManager<Account> signIn, AuditLog audit) : ConsolePage
{
    public IActionResult OnGet() => LocalRedirect("/");

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        await audit.WriteAsync(AuditAction.LoggedOut, null, ct);
        await signIn.SignOutAsync();
        return LocalRedirect("/login");
    }
}
