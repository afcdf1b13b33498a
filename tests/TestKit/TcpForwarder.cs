using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace WeComSync.TestKit;

/// <summary>Passes connections on to the test server, so that a test can let PostgreSQL come late or go away.</summary>
public sealed class TcpForwarder : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly TcpListener listener;
    private readonly string host;
    private readonly int port;
    private readonly Task accepting;
    private volatile bool frozen;

    /// <param name="listenOn">Port on the loopback address.</param>
    /// <param name="connectionString">Names the server.</param>
    public TcpForwarder(int listenOn, string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        host = server.Host ?? throw new ArgumentException("The connection string names no host.", nameof(connectionString));
        port = server.Port;
        listener = new TcpListener(IPAddress.Loopback, listenOn);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>A port of the loopback address that nobody listens on.</summary>
    public static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    /// <summary>From now on bytes are accepted and passed to nobody, as by a server whose disk hangs.</summary>
    public void Freeze() => frozen = true;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ForwardAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(host, port, stop.Token);
        // Either side's end is the other's.
        await Task.WhenAny(PumpAsync(near.GetStream(), far.GetStream()), PumpAsync(far.GetStream(), near.GetStream()));
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        int length;
        while ((length = await from.ReadAsync(buffer, stop.Token)) > 0)
        {
            if (!frozen)
            {
                await to.WriteAsync(buffer.AsMemory(0, length), stop.Token);
            }
        }
    }
}
