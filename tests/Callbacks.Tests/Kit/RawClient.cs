using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>A client that sends bytes as it likes.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient client = new();

    public static async Task<RawClient> ConnectAsync(Uri address, CancellationToken ct)
    {
        var raw = new RawClient();
        await raw.client.ConnectAsync(address.Host, address.Port, ct);
        return raw;
    }

    public async Task SendAsync(string text, CancellationToken ct) => await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), ct);

    /// <summary>Everything that comes until the server closes.</summary>
    /// <returns>The answers, and how long the connection lived on.</returns>
    public async Task<(string Answers, TimeSpan Elapsed)> ReadToEndAsync(CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var answers = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, ct) is > 0 and var read)
            {
                answers.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Reset: as closed as it gets.
        }

        return (answers.ToString(), clock.Elapsed);
    }

    public void Dispose() => client.Dispose();
}
