using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace WeComSync.TestKit;

/// <summary>
/// Stands between a host and PostgreSQL and counts the messages of PostgreSQL's protocol, so that a fault can be put at every single
/// one of them and comes at the same place each time.
/// </summary>
public sealed class TcpFaultProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly Lock gate = new();
    private readonly List<Task> connections = [];
    private readonly HashSet<Socket> sockets = [];
    private readonly Task accepting;

    private long seen;
    private long faultAt = long.MaxValue;
    private PostgresFault fault;
    private volatile bool refusing;
    private volatile TaskCompletionSource healed = Done();

    /// <param name="connectionString">The server behind; the proxy's own <see cref="ConnectionString"/> has the rest of it.</param>
    public TcpFaultProxy(string connectionString)
    {
        server = new NpgsqlConnectionStringBuilder(connectionString);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Leads through this proxy, unencrypted so that messages can be told apart.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(server.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Messages in both directions since <see cref="Arm"/>.</summary>
    public long Seen => Interlocked.Read(ref seen);

    /// <summary>Connections that are open now.</summary>
    public int Connections
    {
        get
        {
            lock (gate)
            {
                return sockets.Count / 2;
            }
        }
    }

    /// <summary>True once the armed fault has struck.</summary>
    public bool HasStruck => Interlocked.Read(ref faultAt) <= Seen;

    /// <summary>Waits before each statement goes to the server.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Is told each statement of each client before it goes to the server.</summary>
    public Action<string>? Statement { get; set; }

    /// <summary>Starts counting, and lets the fault strike instead of the n-th message from now; 0 counts only.</summary>
    public void Arm(long message, PostgresFault strike)
    {
        lock (gate)
        {
            seen = 0;
            fault = strike;
            faultAt = message == 0 ? long.MaxValue : message;
        }
    }

    /// <summary>Nothing passes any more, until <see cref="Heal"/>.</summary>
    public void BlackHole() => healed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>New connections are reset, and those that exist too.</summary>
    public void Refuse()
    {
        refusing = true;
        ResetAll();
    }

    /// <summary>All is well again. Connections that a black hole swallowed are reset: what they carried is gone.</summary>
    public void Heal()
    {
        refusing = false;
        Arm(0, PostgresFault.Cut);
        if (!healed.Task.IsCompleted)
        {
            ResetAll();
            healed.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        healed.TrySetResult();
        listener.Dispose();
        ResetAll();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] open;
        lock (gate)
        {
            open = [.. connections];
        }

        await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It closed by itself.
        }
    }

    private void ResetAll()
    {
        lock (gate)
        {
            foreach (var socket in sockets)
            {
                Reset(socket);
            }
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await listener.AcceptSocketAsync(stop.Token);
            if (refusing)
            {
                Reset(client);
                continue;
            }

            lock (gate)
            {
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(ServeAsync(client));
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (gate)
        {
            sockets.Add(client);
            sockets.Add(far);
        }

        try
        {
            await healed.Task.WaitAsync(stop.Token);
            await far.ConnectAsync(server.Host!, server.Port, stop.Token);
            await Task.WhenAny(PassAsync(client, far, fromServer: false), PassAsync(far, client, fromServer: true));
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Nobody there any more; the other side learns it below.
        }
        finally
        {
            lock (gate)
            {
                sockets.Remove(client);
                sockets.Remove(far);
            }

            Reset(client);
            Reset(far);
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool fromServer)
    {
        var typed = fromServer;
        var head = new byte[5];
        while (true)
        {
            // The first message of a client has no type; every other is a type, a length that counts itself, and the rest.
            var headLength = typed ? 5 : 4;
            if (!await ReadAsync(from, head.AsMemory(0, headLength)))
            {
                return;
            }

            var message = new byte[headLength - 4 + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(headLength - 4))];
            head.AsSpan(0, headLength).CopyTo(message);
            if (!await ReadAsync(from, message.AsMemory(headLength)))
            {
                return;
            }

            if (!fromServer && typed && head[0] is (byte)'P' or (byte)'Q')
            {
                Statement?.Invoke(Encoding.UTF8.GetString(message.AsSpan(5)));
            }

            typed = true;
            // A client ends each statement, or each group of them, with Sync or Query.
            if (!fromServer && head[0] is (byte)'S' or (byte)'Q' && Delay > TimeSpan.Zero)
            {
                await Task.Delay(Delay, stop.Token);
            }

            if (!await MayPassAsync())
            {
                return;
            }

            for (var sent = 0; sent < message.Length;)
            {
                sent += await to.SendAsync(message.AsMemory(sent), stop.Token);
            }
        }
    }

    /// <returns>False when the connection is to be cut.</returns>
    private async Task<bool> MayPassAsync()
    {
        bool strikes;
        lock (gate)
        {
            strikes = ++seen == faultAt;
        }

        if (strikes && fault == PostgresFault.Cut)
        {
            return false;
        }

        if (strikes)
        {
            BlackHole();
        }

        if (healed.Task.IsCompleted)
        {
            return true;
        }

        await healed.Task.WaitAsync(stop.Token);
        return false;
    }

    private async Task<bool> ReadAsync(Socket from, Memory<byte> buffer)
    {
        for (var read = 0; read < buffer.Length;)
        {
            var count = await from.ReceiveAsync(buffer[read..], stop.Token);
            if (count == 0)
            {
                return false;
            }

            read += count;
        }

        return true;
    }
}
