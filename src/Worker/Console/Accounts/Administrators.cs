using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>Gives and takes the rights of accounts. Every change ends the account's sessions.</summary>
internal sealed class Administrators(UserManager<Account> accounts, SyncDbContext db, AuditLog audit, TimeProvider clock)
{
    private const string PasswordCharacters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int PasswordLength = 16;

    /// <summary>Lets somebody administer an enterprise, or everything.</summary>
    /// <param name="email">A new account, or one that exists.</param>
    /// <param name="tenantId">Which enterprise; null makes an operator.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>The password of a new account, to be shown once; null for one that exists.</returns>
    public async Task<string?> AddAsync(string email, long? tenantId, CancellationToken ct)
    {
        string? password = null;
        var account = await accounts.FindByEmailAsync(email);
        if (account is null)
        {
            password = NewPassword();
            account = new Account { Email = email, CreatedAt = clock.GetUtcNow() };
            var created = await accounts.CreateAsync(account, password);
            if (!created.Succeeded)
            {
                throw new InvalidOperationException(string.Join(' ', created.Errors.Select(error => error.Code)));
            }
        }

        if (tenantId is not { } tenant)
        {
            account.IsOperator = true;
            await accounts.UpdateSecurityStampAsync(account);
        }
        else if (!await db.AccountTenants.AnyAsync(right => right.TenantId == tenant && right.AccountId == account.Id, ct))
        {
            db.AccountTenants.Add(new AccountTenant { TenantId = tenant, AccountId = account.Id, GrantedAt = clock.GetUtcNow() });
            await db.SaveChangesAsync(ct);
        }

        await audit.WriteAsync(tenantId ?? 0, AuditAction.AdministratorAdded, email, ct);
        return password;
    }

    /// <summary>Takes the right over one enterprise away.</summary>
    public async Task RemoveAsync(long accountId, long tenantId, CancellationToken ct)
    {
        if (await db.AccountTenants.Where(right => right.TenantId == tenantId && right.AccountId == accountId).ExecuteDeleteAsync(ct) > 0)
        {
            var email = await db.Accounts.Where(account => account.Id == accountId).Select(account => account.Email).SingleAsync(ct);
            await audit.WriteAsync(tenantId, AuditAction.AdministratorRemoved, email, ct);
        }
    }

    /// <summary>For somebody who lost password or authenticator.</summary>
    /// <returns>The new password, to be shown once; null if there is no such account.</returns>
    public async Task<string?> ResetAsync(long accountId, CancellationToken ct)
    {
        if (await db.Accounts.FindAsync([accountId], ct) is not { } account)
        {
            return null;
        }

        var password = NewPassword();
        account.PasswordHash = accounts.PasswordHasher.HashPassword(account, password);
        (account.TwoFactor, account.AuthenticatorKey, account.RecoveryCodes, account.LockedUntil, account.FailedLogins) = (false, null, [], null, 0);
        await accounts.UpdateSecurityStampAsync(account);
        await audit.WriteAsync(0, AuditAction.PasswordChanged, account.Email, ct);
        return password;
    }

    private static string NewPassword() => RandomNumberGenerator.GetString(PasswordCharacters, PasswordLength);
}
