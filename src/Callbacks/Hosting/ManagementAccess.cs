using System.Net;

namespace WeComSync.Callbacks.Hosting;

/// <summary>Tells who may see health and metrics.</summary>
internal sealed class ManagementAccess(CallbackOptions options)
{
    private readonly int? port = options.ManagementUrl is { } url ? BindingAddress.Parse(url).Port : null;

    /// <summary>Whether the request came to the management address; if there is none, whether it came from this machine.</summary>
    public bool Allows(HttpContext context) => port is null ? IsLocal(context) : IsApart(context);

    /// <summary>Whether the request came to a management address of its own.</summary>
    public bool IsApart(HttpContext context) => context.Connection.LocalPort == port;

    /// <summary>A proxy on this machine comes from loopback too: what it passes on mostly shows by these headers.</summary>
    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer)
        && context.Request.Headers is var headers
        && !headers.ContainsKey("X-Forwarded-For") && !headers.ContainsKey("X-Real-IP")
        && !headers.ContainsKey("Forwarded") && !headers.ContainsKey("Via")
        && (context.Request.Host.Host == "localhost" || (IPAddress.TryParse(context.Request.Host.Host, out var host) && IPAddress.IsLoopback(host)));
}
