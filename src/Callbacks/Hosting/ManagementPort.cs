using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace WeComSync.Callbacks.Hosting;

/// <summary>Tells requests to the management address from those to the public ones, by the port that they arrived at.</summary>
internal sealed class ManagementPort(IServer server)
{
    private int port;

    /// <summary>The management address as bound; it was listed last.</summary>
    public string Address => server.Features.Get<IServerAddressesFeature>()!.Addresses.Last();

    public bool Received(HttpContext context)
    {
        if (port == 0)
        {
            port = BindingAddress.Parse(Address).Port;
        }

        return context.Connection.LocalPort == port;
    }
}
