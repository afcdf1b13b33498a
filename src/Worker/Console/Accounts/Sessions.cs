using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using WeComSync.Domain.Accounts;
using WeComSync.Worker.WebConsole.Access;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>The cookies of those who logged in, or have given their password and owe the second factor.</summary>
internal static class Sessions
{
    public static void AddSessions(this IServiceCollection services, ConsoleOptions options)
    {
        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, cookie => Configure(cookie, options))
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, cookie =>
            {
                Configure(cookie.Cookie, options, "wecomsync-code");
                cookie.ExpireTimeSpan = TimeSpan.FromMinutes(5);
            });
        services.AddIdentityCore<Account>(identity =>
            {
                // Length is what helps; rules about kinds of characters make people write them down.
                identity.Password = new PasswordOptions
                {
                    RequiredLength = ConsoleOptions.ShortestPassword,
                    RequiredUniqueChars = 4,
                    RequireDigit = false,
                    RequireLowercase = false,
                    RequireUppercase = false,
                    RequireNonAlphanumeric = false,
                };
                identity.Lockout.MaxFailedAccessAttempts = 10;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
                identity.User.RequireUniqueEmail = true;
                identity.User.AllowedUserNameCharacters = "";
            })
            .AddUserStore<AccountStore>()
            .AddSignInManager()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddErrorDescriber<AccountErrors>()
            .AddTokenProvider<AuthenticatorTokenProvider<Account>>(TokenOptions.DefaultAuthenticatorProvider);
        services.AddHttpContextAccessor();
        services.AddSingleton<LoginGuard>();
        services.AddSingleton<FirstOperator>();
        services.AddScoped<Logins>();
    }

    /// <summary>A <c>__Host-</c> cookie cannot be set by a neighbouring subdomain or over http, so browsers take it over https alone.</summary>
    public static void Configure(CookieBuilder cookie, ConsoleOptions options, string name)
    {
        cookie.Name = options.Secure ? $"__Host-{name}" : name;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = options.Secure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.Path = "/";
    }

    private static void Configure(CookieAuthenticationOptions cookie, ConsoleOptions options)
    {
        Configure(cookie.Cookie, options, "wecomsync");
        cookie.LoginPath = "/login";
        cookie.LogoutPath = "/logout";
        cookie.ExpireTimeSpan = TimeSpan.FromHours(8);
        cookie.SlidingExpiration = true;
        cookie.Events.OnRedirectToLogin = RedirectToLogin;
        cookie.Events.OnRedirectToAccessDenied = Deny;
        cookie.Events.OnValidatePrincipal = EndIfChangedAsync;
    }

    /// <remarks>Behind a proxy that ends TLS the request does not know its own address, so the redirect names a path alone.</remarks>
    private static Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) || request.Headers.XRequestedWith.Count > 0)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        var query = QueryString.Create(context.Options.ReturnUrlParameter, request.PathBase + request.Path + request.QueryString);
        context.Response.Redirect(context.Options.LoginPath + query);
        return Task.CompletedTask;
    }

    /// <remarks>Another enterprise's page and one that does not exist look the same.</remarks>
    private static Task Deny(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = context.HttpContext.GetRouteValue(EnterpriseAccess.RouteKey) is null
            ? StatusCodes.Status403Forbidden
            : StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>The account is read at each request: a changed password or right counts at once, on every worker.</summary>
    private static async Task EndIfChangedAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        await services.GetRequiredService<FirstOperator>().EnsureAsync(context.HttpContext.RequestAborted);
        var accounts = services.GetRequiredService<UserManager<Account>>();
        var account = context.Principal is null ? null : await accounts.GetUserAsync(context.Principal);
        if (account is null || context.Principal!.FindFirstValue(accounts.Options.ClaimsIdentity.SecurityStampClaimType) != account.SecurityStamp)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
        }
    }
}
