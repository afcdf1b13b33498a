using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WeComSync.Benchmarks;

/// <summary>A host that runs as a process of its own until it is disposed.</summary>
internal sealed class MeasuredServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process process;

    private MeasuredServer(Process process, string address)
    {
        this.process = process;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>From the start of the process to the first answer 200 of <c>/readyz</c>.</summary>
    public double StartSeconds { get; private set; }

    public bool HasExited => process.HasExited;

    /// <summary>Processor time of the process so far.</summary>
    public double CpuSeconds
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    public double ResidentMegabytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line["VmRSS:".Length..^3].Trim(), CultureInfo.InvariantCulture) / 1024.0;
        }
    }

    /// <summary>A worker that serves.</summary>
    /// <param name="assembly">A file name beside this program, or a whole path.</param>
    /// <param name="connectionString">Its database.</param>
    /// <param name="weCom">Where it finds WeCom.</param>
    /// <param name="ct">Stops waiting.</param>
    public static Task<MeasuredServer> ServeAsync(string assembly, string connectionString, string weCom, CancellationToken ct) => StartAsync(
        assembly,
        ["serve"],
        [
            ("ConnectionStrings__WeComSync", connectionString), ("WeCom__BaseUrl", weCom),
            ("Console__Operator__Email", "operator@example.com"), ("Console__Operator__Password", "correct horse battery"),
        ],
        ct);

    /// <param name="assembly">A file name beside this program, or a whole path.</param>
    /// <param name="arguments">The command line; where to listen is added.</param>
    /// <param name="environment">Is added to this process's.</param>
    /// <param name="ct">Stops waiting.</param>
    public static async Task<MeasuredServer> StartAsync(
        string assembly, IEnumerable<string> arguments, IEnumerable<(string Name, string? Value)> environment, CancellationToken ct)
    {
        var address = $"http://127.0.0.1:{FreePort()}";
        var started = Stopwatch.GetTimestamp();
        var start = MeasuredProcess.Command(
            assembly, arguments, [.. environment, ("ASPNETCORE_URLS", address), ("DOTNET_ENVIRONMENT", "Development"), ("Logging__LogLevel__Default", "Warning")]);
        start.RedirectStandardOutput = false;
        var server = new MeasuredServer(Process.Start(start)!, address);
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        while (!await IsReadyAsync(http, ct))
        {
            if (server.process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new InvalidOperationException($"{assembly} did not become ready.");
            }

            await Task.Delay(5, ct);
        }

        server.StartSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/readyz", UriKind.Relative), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
