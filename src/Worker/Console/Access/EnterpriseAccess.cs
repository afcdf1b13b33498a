using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Access;

/// <summary>The account may see the enterprise that the route names.</summary>
internal sealed class EnterpriseRequirement : IAuthorizationRequirement;

/// <summary>
/// Finds the enterprise of a route among those that the account may see. Whatever a page shows starts from the one found here, so no page can forget to ask.
/// </summary>
internal sealed class EnterpriseAccess(SyncDbContext db) : AuthorizationHandler<EnterpriseRequirement>
{
    /// <summary>The route value that holds the enterprise's key.</summary>
    public const string RouteKey = "enterprise";

    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, EnterpriseRequirement requirement)
    {
        if (context.Resource is not HttpContext http || http.GetRouteValue(RouteKey) is not string key || context.User.Identity is not { IsAuthenticated: true })
        {
            return;
        }

        var visible = db.Tenants.AsNoTracking().Where(tenant => tenant.Key == key);
        if (!context.User.IsInRole(Policies.Operator))
        {
            var account = context.User.AccountId();
            visible = visible.Where(tenant => db.AccountTenants.Any(right => right.TenantId == tenant.Id && right.AccountId == account));
        }

        if (await visible.SingleOrDefaultAsync(http.RequestAborted) is { } found)
        {
            http.Features.Set(new CurrentEnterprise(found));
            context.Succeed(requirement);
        }
    }
}

/// <summary>The enterprise that the request is about, which the account may see.</summary>
internal sealed record CurrentEnterprise(Tenant Tenant);
