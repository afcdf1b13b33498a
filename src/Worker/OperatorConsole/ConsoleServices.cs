using System.Reflection;
using Hangfire;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;

namespace WeComSync.Worker.OperatorConsole;

/// <summary>The operator's pages and Hangfire's dashboard. Nothing of it is open to anybody who has not logged in.</summary>
internal static class ConsoleServices
{
    public const string DashboardPath = "/hangfire";

    public static void AddConsole(this WebApplicationBuilder builder, ConsoleOptions options)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });

        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton<OperatorLogin>();
        services.AddSingleton<Overview>();
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie => OperatorSession.Configure(cookie, options));
        var operators = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireRole(OperatorSession.Policy).Build();
        services.AddAuthorizationBuilder().AddPolicy(OperatorSession.Policy, operators).SetFallbackPolicy(operators);
        // Hangfire checks its POST requests only where antiforgery is registered.
        services.AddAntiforgery(antiforgery => OperatorSession.Configure(antiforgery.Cookie, options, "wecomsync-form"));
        services.AddRazorPages(pages => pages.RootDirectory = "/OperatorConsole/Pages");
    }

    public static void UseConsole(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<ConsoleOptions>();
        if (options.Secure)
        {
            // TLS ends at a proxy; what reaches us in the clear was https outside, and cookies are made for that.
            app.Use((context, next) =>
            {
                context.Request.Scheme = Uri.UriSchemeHttps;
                return next(context);
            });
        }

        app.UseSecurityHeaders(options);
        app.UseExceptionHandler(failed => failed.Run(context =>
            context.Response.WriteAsync("This did not work; the worker's log says why.", context.RequestAborted)));
        app.UseAuthentication();
        app.UseAuthorization();

        app.MapRazorPages();
        app.MapGet("/console.css", () => TypedResults.Stream(Style(), "text/css")).AllowAnonymous();
        app.MapHangfireDashboardWithAuthorizationPolicy(OperatorSession.Policy, DashboardPath, new DashboardOptions
        {
            DashboardTitle = "WeComSync jobs",
            DisplayStorageConnectionString = false,
            StatsPollingInterval = 5000,
        });
    }

    private static Stream Style() => Assembly.GetExecutingAssembly().GetManifestResourceStream("console.css")!;
}
