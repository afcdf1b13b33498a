using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace WeComSync.Callbacks.Hosting;

/// <summary>Tells who may see health and metrics.</summary>
internal sealed class ManagementAccess(CallbackOptions options, IServer server)
{
    private int port;

    /// <summary>Whether the request came to the management address; if there is none, whether it came from this machine.</summary>
    public bool Allows(HttpContext context) =>
        options.ManagementUrl is null ? IsLocal(context) : context.Connection.LocalPort == Port();

    /// <summary>A proxy on this machine comes from loopback too: what it passes on mostly shows by these headers.</summary>
    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer)
        && context.Request.Headers is var headers
        && !headers.ContainsKey("X-Forwarded-For") && !headers.ContainsKey("X-Real-IP")
        && !headers.ContainsKey("Forwarded") && !headers.ContainsKey("Via")
        && (context.Request.Host.Host == "localhost" || (IPAddress.TryParse(context.Request.Host.Host, out var host) && IPAddress.IsLoopback(host)));

    /// <summary>The management address is listed last; its port may have been chosen when it was bound.</summary>
    private int Port()
    {
        if (port == 0)
        {
            port = BindingAddress.Parse(server.Features.Get<IServerAddressesFeature>()!.Addresses.Last()).Port;
        }

        return port;
    }
}
