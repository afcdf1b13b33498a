using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Http;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>WeCom trusts IPv4 addresses only.</summary>
public sealed class Ipv4FirstTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Address_of_ipv4_is_tried_before_one_of_ipv6_that_the_resolver_gave_first()
    {
        using var listener = new TcpListener(IPAddress.IPv6Any, 0);
        listener.Server.DualMode = true;
        listener.Start();

        await using var stream = await Ipv4First.OpenAsync([IPAddress.IPv6Loopback, IPAddress.Loopback], ((IPEndPoint)listener.LocalEndpoint).Port, Cancel);

        Assert.Equal("127.0.0.1", Far(stream));
    }

    [Fact]
    public async Task Address_of_ipv6_is_taken_where_nobody_answers_over_ipv4()
    {
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();

        await using var stream = await Ipv4First.OpenAsync([IPAddress.IPv6Loopback, IPAddress.Loopback], ((IPEndPoint)listener.LocalEndpoint).Port, Cancel);

        Assert.Equal("::1", Far(stream));
    }

    [Fact]
    public void Calls_to_WeCom_connect_so()
    {
        using var services = new ServiceCollection().AddLogging().AddWeComClient(new ConfigurationBuilder().Build()).BuildServiceProvider();
        HttpMessageHandler? handler = services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(WeComHttp.ClientName);
        while (handler is DelegatingHandler outer)
        {
            handler = outer.InnerHandler;
        }

        Assert.Equal<object>((Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>)Ipv4First.ConnectAsync, Assert.IsType<SocketsHttpHandler>(handler).ConnectCallback!);
    }

    private static string Far(NetworkStream stream)
    {
        var address = ((IPEndPoint)stream.Socket.RemoteEndPoint!).Address;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
