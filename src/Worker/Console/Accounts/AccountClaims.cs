using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using WeComSync.Domain.Accounts;
using WeComSync.Worker.WebConsole.Access;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>What a session's cookie says: whose it is, whether an operator's, and when the password was last given.</summary>
internal sealed class AccountClaims(UserManager<Account> accounts, IOptions<IdentityOptions> options, TimeProvider clock)
    : UserClaimsPrincipalFactory<Account>(accounts, options)
{
    public const string LoggedInAt = "auth_time";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(LoggedInAt, clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
        if (user.IsOperator)
        {
            identity.AddClaim(new Claim(ClaimTypes.Role, Policies.Operator));
        }

        return identity;
    }
}
