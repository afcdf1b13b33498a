using System.Net.Sockets;
using System.Text;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>A client that sends bytes as it likes.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly NetworkStream stream;

    private RawClient(Socket connected) => stream = new NetworkStream(connected, ownsSocket: true);

    public static async Task<RawClient> ConnectAsync(Uri address, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port, ct);
        return new RawClient(socket);
    }

    /// <exception cref="IOException">The server has closed the connection.</exception>
    public async Task SendAsync(string text, CancellationToken ct) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), ct);

    /// <summary>Everything that comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync(CancellationToken ct)
    {
        var answers = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, ct) is > 0 and var read)
            {
                answers.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Reset: as closed as it gets.
        }

        return answers.ToString();
    }

    public void Dispose() => stream.Dispose();
}
