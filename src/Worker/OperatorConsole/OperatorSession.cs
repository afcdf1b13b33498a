using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace WeComSync.Worker.OperatorConsole;

/// <summary>The cookie of somebody who logged in.</summary>
internal static class OperatorSession
{
    /// <summary>Name of the policy that lets operators in. It is the fallback too: what names no policy is theirs alone.</summary>
    public const string Policy = "operator";

    private const string StampClaim = "stamp";

    public static Task SignInAsync(HttpContext context, OperatorAccount account)
    {
        var identity = new ClaimsIdentity(CookieAuthenticationDefaults.AuthenticationScheme, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.Name, account.Email));
        identity.AddClaim(new Claim(ClaimTypes.Role, Policy));
        identity.AddClaim(new Claim(StampClaim, account.Stamp));
        return context.SignInAsync(new ClaimsPrincipal(identity));
    }

    public static void Configure(CookieAuthenticationOptions cookie, ConsoleOptions options)
    {
        Configure(cookie.Cookie, options, "wecomsync");
        cookie.LoginPath = "/login";
        cookie.LogoutPath = "/logout";
        cookie.ExpireTimeSpan = TimeSpan.FromHours(8);
        cookie.SlidingExpiration = true;
        cookie.Events.OnRedirectToLogin = RedirectToLogin;
        cookie.Events.OnRedirectToAccessDenied = context => Answer(context.Response, StatusCodes.Status403Forbidden);
        cookie.Events.OnValidatePrincipal = context => EndIfChangedAsync(context, options.Operator);
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

    /// <remarks>Behind a proxy that ends TLS the request does not know its own address, so the redirect names a path alone.</remarks>
    private static Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) || request.Headers.XRequestedWith == "XMLHttpRequest")
        {
            return Answer(context.Response, StatusCodes.Status401Unauthorized);
        }

        var query = QueryString.Create(context.Options.ReturnUrlParameter, request.PathBase + request.Path + request.QueryString);
        context.Response.Redirect(context.Options.LoginPath + query);
        return Task.CompletedTask;
    }

    private static async Task EndIfChangedAsync(CookieValidatePrincipalContext context, OperatorAccount account)
    {
        if (context.Principal?.FindFirstValue(StampClaim) != account.Stamp)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync();
        }
    }

    private static Task Answer(HttpResponse response, int status)
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    }
}
