using Microsoft.Net.Http.Headers;

namespace WeComSync.Worker.OperatorConsole;

/// <summary>What browsers are told about every answer.</summary>
internal static class SecurityHeaders
{
    /// <summary>Our pages have one style sheet and no script.</summary>
    private const string Ours =
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

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
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (options.Secure)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        context.Response.OnStarting(() =>
        {
            // Pages show what only an operator may see; style sheets and scripts are the same for everybody.
            if (context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) != false)
            {
                headers[HeaderNames.CacheControl] = "no-store";
            }

            return Task.CompletedTask;
        });
        return next(context);
    });
}
