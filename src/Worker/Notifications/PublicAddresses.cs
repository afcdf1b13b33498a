using System.Net;
using WeComSync.Worker.WeCom.Http;

namespace WeComSync.Worker.Notifications;

/// <summary>
/// Connects to public addresses only. The address is judged after the name was resolved, and the connection goes to that very address:
/// a name that points elsewhere a moment later changes nothing.
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
            "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    public static bool IsPublic(IPAddress address)
    {
        var judged = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !NotPublic.Any(network => network.BaseAddress.AddressFamily == judged.AddressFamily && network.Contains(judged));
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="AddressRefusedException">The name has no public address.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
        // One private address among public ones is a trap and no receiver.
        if (found.Length == 0 || !found.All(IsPublic))
        {
            throw new AddressRefusedException();
        }

        return await Ipv4First.OpenAsync(found, context.DnsEndPoint.Port, ct);
    }
}

/// <summary>A receiver's name leads into a private network.</summary>
internal sealed class AddressRefusedException() : Exception(
    "The receiver's name leads to an address that is not public. If it is in your own network, set Notifications:AllowPrivateAddresses to true.");
