using System.Globalization;
using System.Security.Claims;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Access;

/// <summary>Who asks, and about which enterprise.</summary>
internal static class RequestExtensions
{
    /// <summary>The account's id; only of somebody who logged in.</summary>
    public static long AccountId(this ClaimsPrincipal user) =>
        long.Parse(user.FindFirstValue(ClaimTypes.NameIdentifier)!, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The enterprise of the route; only behind <see cref="Policies.Enterprise"/>.</summary>
    public static Tenant Enterprise(this HttpContext http) => http.Features.Get<CurrentEnterprise>()!.Tenant;
}
