using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>Gives and takes the rights of accounts: each change with its entry in the audit log, or not at all.</summary>
internal sealed class Administrators(UserManager<Account> accounts, SyncDbContext db, AuditLog audit, ConsoleOptions options, TimeProvider clock)
{
    private const string PasswordCharacters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int PasswordLength = 16;

    /// <summary>Lets somebody administer an enterprise.</summary>
    public async Task<AddedAccount> AddAsync(string email, long tenantId, CancellationToken ct)
    {
        await using var transaction = await BeginAsync(ct);
        var added = await AddWithinAsync(email, tenantId, ct);
        if (added.Problem is null)
        {
            await transaction.CommitAsync(ct);
        }

        return added;
    }

    /// <summary>The same as a part of the caller's transaction on the request's context, which must not be committed if there is a problem.</summary>
    public async Task<AddedAccount> AddWithinAsync(string email, long tenantId, CancellationToken ct)
    {
        await LockAsync(ct);
        var (account, added) = await FindOrCreateAsync(email);
        if (added.Problem is not null)
        {
            return added;
        }

        if (!await db.AccountTenants.AnyAsync(right => right.TenantId == tenantId && right.AccountId == account.Id, ct))
        {
            db.AccountTenants.Add(new AccountTenant { TenantId = tenantId, AccountId = account.Id, GrantedAt = clock.GetUtcNow() });
        }

        await NoteAsync(tenantId, AuditAction.AdministratorAdded, account.Email, ct);
        return added;
    }

    /// <summary>Lets somebody manage everything. The sessions of an account that exists end, since they do not say so.</summary>
    public async Task<AddedAccount> AddOperatorAsync(string email, CancellationToken ct)
    {
        await using var transaction = await BeginAsync(ct);
        var (account, added) = await FindOrCreateAsync(email);
        if (added.Problem is not null)
        {
            return added;
        }

        account.IsOperator = true;
        await accounts.UpdateSecurityStampAsync(account);
        await NoteAsync(0, AuditAction.OperatorAdded, account.Email, ct);
        await transaction.CommitAsync(ct);
        return added;
    }

    /// <summary>Takes an operator's rights away and leaves the account and what it may do in enterprises. Its sessions end.</summary>
    public async Task<RightsChange> DemoteAsync(long accountId, CancellationToken ct)
    {
        await using var transaction = await BeginAsync(ct);
        if (await FindAsync(accountId, ct) is not { IsOperator: true } account)
        {
            return RightsChange.Unknown;
        }

        if (await WhyKeptAsync(account, ct) is { } kept)
        {
            return kept;
        }

        account.IsOperator = false;
        await accounts.UpdateSecurityStampAsync(account);
        await NoteAsync(0, AuditAction.OperatorRemoved, account.Email, ct);
        await transaction.CommitAsync(ct);
        return RightsChange.Done;
    }

    /// <summary>Removes an account with all its rights. Its sessions end.</summary>
    public async Task<RightsChange> RemoveAccountAsync(long accountId, CancellationToken ct)
    {
        await using var transaction = await BeginAsync(ct);
        if (await FindAsync(accountId, ct) is not { } account)
        {
            return RightsChange.Unknown;
        }

        if (account.IsOperator && await WhyKeptAsync(account, ct) is { } kept)
        {
            return kept;
        }

        await db.AccountTenants.Where(right => right.AccountId == accountId).ExecuteDeleteAsync(ct);
        db.Accounts.Remove(account);
        await NoteAsync(0, AuditAction.AccountRemoved, account.Email, ct);
        await transaction.CommitAsync(ct);
        return RightsChange.Done;
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

    private async Task<IDbContextTransaction> BeginAsync(CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(ct);
        return transaction;
    }

    private Task<int> LockAsync(CancellationToken ct) => db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AdvisoryLocks.Accounts})", ct);

    private async Task<(Account Account, AddedAccount Added)> FindOrCreateAsync(string email)
    {
        if (await accounts.FindByEmailAsync(email) is { } known)
        {
            return (known, new(null));
        }

        var password = NewPassword();
        var account = new Account { Email = email, CreatedAt = clock.GetUtcNow() };
        var created = await accounts.CreateAsync(account, password);
        return created.Succeeded
            ? (account, new(password))
            : (account, new(null, string.Join(' ', created.Errors.Select(error => error.Description).Distinct())));
    }

    /// <summary>As it is now: the request may have read the account before it waited for the lock.</summary>
    private async Task<Account?> FindAsync(long accountId, CancellationToken ct)
    {
        if (await db.Accounts.FindAsync([accountId], ct) is not { } account)
        {
            return null;
        }

        await db.Entry(account).ReloadAsync(ct);
        return db.Entry(account).State == EntityState.Detached ? null : account;
    }

    private async Task<RightsChange?> WhyKeptAsync(Account account, CancellationToken ct) =>
        !await db.Accounts.AnyAsync(other => other.IsOperator && other.Id != account.Id, ct) ? RightsChange.LastOperator
        : account.Email.Equals(options.Operator.Email, StringComparison.OrdinalIgnoreCase) ? RightsChange.Configured
        : null;

    private Task<int> NoteAsync(long tenantId, AuditAction action, string email, CancellationToken ct)
    {
        db.Audit.Add(audit.Entry(tenantId, action, email));
        return db.SaveChangesAsync(ct);
    }
}
