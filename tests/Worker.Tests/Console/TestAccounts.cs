using Microsoft.AspNetCore.Identity;
using WeComSync.Domain.Accounts;
using WeComSync.TestKit;
using WeComSync.Worker.Tests.Serve;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>Accounts beside the configured operator; all have its password.</summary>
internal static class TestAccounts
{
    private static readonly string Hash = new PasswordHasher<Account>().HashPassword(new Account { Email = "" }, TestWorker.Password);

    /// <summary>Adds somebody who administers these tenants.</summary>
    /// <returns>The e-mail address to log in with.</returns>
    public static async Task<string> AddAdministratorAsync(this TestDatabase database, params long[] tenants)
    {
        await using var db = database.OpenContext();
        var email = $"{Guid.NewGuid():N}@example.com";
        var account = new Account
        {
            Email = email,
            NormalizedEmail = email.ToUpperInvariant(),
            PasswordHash = Hash,
            SecurityStamp = Guid.NewGuid().ToString("N"),
            CreatedAt = DateTimeOffset.UtcNow,
        };
        db.Accounts.Add(account);
        await db.SaveChangesAsync();
        db.AccountTenants.AddRange(tenants.Select(tenant => new AccountTenant { TenantId = tenant, AccountId = account.Id, GrantedAt = DateTimeOffset.UtcNow }));
        await db.SaveChangesAsync();
        return email;
    }

    /// <summary>The tenant's key, which its pages' addresses have.</summary>
    public static Task<string> KeyAsync(this TestDatabase database, long tenant) =>
        database.ReadAsync<string>("SELECT key FROM control.tenants WHERE id = $1", tenant);
}
