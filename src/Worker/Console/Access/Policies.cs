using Microsoft.AspNetCore.Authorization;

namespace WeComSync.Worker.WebConsole.Access;

/// <summary>Who may see what. A route that names no policy is the operators' alone.</summary>
internal static class Policies
{
    /// <summary>Operators of this installation. Also the name of their role.</summary>
    public const string Operator = "operator";

    /// <summary>Whoever logged in, for what is his own.</summary>
    public const string Account = "account";

    /// <summary>Operators, and administrators of the enterprise that the route names.</summary>
    public const string Enterprise = "enterprise";

    public static void AddPolicies(this IServiceCollection services)
    {
        var operators = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireRole(Operator).Build();
        services.AddAuthorizationBuilder()
            .AddPolicy(Operator, operators)
            .AddPolicy(Account, policy => policy.RequireAuthenticatedUser())
            .AddPolicy(Enterprise, policy => policy.RequireAuthenticatedUser().AddRequirements(new EnterpriseRequirement()))
            .SetFallbackPolicy(operators);
        services.AddScoped<IAuthorizationHandler, EnterpriseAccess>();
    }
}
