using System.Net;
using Microsoft.AspNetCore.Identity;
using WeComSync.Domain.Accounts;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>Lets people in: password, then the second factor where the account has one.</summary>
internal sealed class Logins(
    SignInManager<Account> signIn, UserManager<Account> accounts, LoginGuard guard, FirstOperator first, AuditLog audit, TimeProvider clock)
{
    /// <summary>Hashing costs time per character of what a stranger sends.</summary>
    public const int LongestPassword = 256;

    /// <summary>Of no password: an unknown e-mail address costs as much time as a wrong password.</summary>
    private static readonly string NobodysHash = new PasswordHasher<Account>().HashPassword(new Account { Email = "" }, Guid.NewGuid().ToString());

    public Task<LoginResult> WithPasswordAsync(string email, string password, IPAddress? from, CancellationToken ct) => guard.TryAsync(from, async () =>
    {
        await first.EnsureAsync(ct);
        var account = await accounts.FindByEmailAsync(email.Trim());
        if (account is null || password.Length > LongestPassword)
        {
            if (password.Length <= LongestPassword)
            {
                accounts.PasswordHasher.VerifyHashedPassword(new Account { Email = "" }, NobodysHash, password);
            }

            return LoginResult.Refused;
        }

        return await ConcludeAsync(account, await signIn.PasswordSignInAsync(account, password, isPersistent: false, lockoutOnFailure: true), ct);
    }, ct);

    /// <param name="code">From the authenticator application, or one of the recovery codes.</param>
    /// <param name="from">Who asks.</param>
    /// <param name="ct">The visitor left.</param>
    public Task<LoginResult> WithCodeAsync(string code, IPAddress? from, CancellationToken ct) => guard.TryAsync(from, async () =>
    {
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } account)
        {
            return LoginResult.Refused;
        }

        var digits = code.Replace(" ", "", StringComparison.Ordinal);
        var result = digits.Length == 6 && digits.All(char.IsAsciiDigit)
            ? await signIn.TwoFactorAuthenticatorSignInAsync(digits, isPersistent: false, rememberClient: false)
            : await signIn.TwoFactorRecoveryCodeSignInAsync(code.Trim());
        return await ConcludeAsync(account, result, ct);
    }, ct);

    private async Task<LoginResult> ConcludeAsync(Account account, SignInResult result, CancellationToken ct)
    {
        if (result.RequiresTwoFactor)
        {
            return LoginResult.CodeWanted;
        }

        await audit.WriteAsync(account, result.Succeeded ? AuditAction.LoggedIn : AuditAction.LoginRefused, ct);
        if (!result.Succeeded)
        {
            return result.IsLockedOut ? LoginResult.LockedOut : LoginResult.Refused;
        }

        account.LastLoginAt = clock.GetUtcNow();
        await accounts.UpdateAsync(account);
        return LoginResult.Accepted;
    }
}
