using Microsoft.Net.Http.Headers;

namespace WeComSync.Worker.WebConsole;

/// <summary>What browsers are told about every answer.</summary>
internal static class SecurityHeaders
{
    /// <summary>Our pages have their style sheets and one script from here, and nothing inline.</summary>
    private const string Ours =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Hangfire's pages load their script and fonts from here and set styles on elements.</summary>
    private const string Hangfire =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app, ConsoleOptions options) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments(ConsoleServices.DashboardPath) ? Hangfire : Ours;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["X-Permitted-Cross-Domain-Policies"] = "none";
        if (options.Secure)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        context.Response.OnStarting(() =>
        {
            // Pages and what scripts fetch show what only some may see; assets set their own.
            if (!context.Response.Headers.ContainsKey(HeaderNames.CacheControl) && !IsShared(context.Response.ContentType))
            {
                headers[HeaderNames.CacheControl] = "no-store";
            }

            return Task.CompletedTask;
        });
        return next(context);
    });

    /// <summary>Hangfire's scripts and style sheets, the same for everybody.</summary>
    private static bool IsShared(string? type) =>
        type is not null && (type.StartsWith("text/css", StringComparison.OrdinalIgnoreCase) || type.Contains("javascript", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("font/", StringComparison.OrdinalIgnoreCase));
}
