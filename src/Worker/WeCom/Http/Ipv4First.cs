using System.Net;
using System.Net.Sockets;

namespace WeComSync.Worker.WeCom.Http;

/// <summary>
/// Connects over IPv4 where the name has such an address: WeCom's lists of trusted IPs take no other, so what comes over IPv6 is refused.
/// </summary>
internal static class Ipv4First
{
    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct) =>
        await OpenAsync(await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct), context.DnsEndPoint.Port, ct);

    /// <summary>Tries the addresses in turn, those of IPv4 before the others, and each kind in the order given.</summary>
    public static async Task<NetworkStream> OpenAsync(IEnumerable<IPAddress> addresses, int port, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync([.. addresses.OrderBy(address => address.AddressFamily != AddressFamily.InterNetwork)], port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
