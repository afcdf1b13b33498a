using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace WeComSync.Worker.WebConsole.Access;

/// <summary>
/// Where requests may come from and for whom: a source that a header names is believed from configured proxies alone, and pages are shown under the
/// console's own address alone, so that no other site's name can lead here.
/// </summary>
internal static class Origins
{
    public static void AddOrigins(this IServiceCollection services, ConsoleOptions options) => services.Configure<ForwardedHeadersOptions>(forwarded =>
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
        forwarded.ForwardLimit = null; // as long as one trusted proxy names the next
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(network);
        }
    });

    public static void UseOrigins(this IApplicationBuilder app, ConsoleOptions options)
    {
        app.Use((context, next) =>
        {
            // Supervisors ask by whatever address they know.
            if (IsOurs(context.Request.Host.Host, options) || context.Request.Path.Value is "/healthz" or "/readyz")
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync(
                "此地址不是控制台的地址。请使用 Console:PublicUrl 中的地址。 This is not the console's address. Open the one in Console:PublicUrl, or set it to this one.",
                context.RequestAborted);
        });
        if (options.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }
    }

    /// <summary>The public name, or a proxy's or person's way to this machine. An IP address is nobody's site, unless a public name is set.</summary>
    private static bool IsOurs(string host, ConsoleOptions options) =>
        host.Equals(options.PublicUrl?.Host, StringComparison.OrdinalIgnoreCase)
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && (options.PublicUrl is null || IPAddress.IsLoopback(address)));
}
