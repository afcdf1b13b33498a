using System.Globalization;
using WeComSync.TestKit;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>The callback host as a process of its own, to be killed or measured.</summary>
internal sealed class CallbackProcess : IAsyncDisposable
{
    private CallbackProcess(HostProcess process, HttpClient client)
    {
        Process = process;
        Client = client;
    }

    public HostProcess Process { get; }

    public HttpClient Client { get; }

    public int Threads => Status("Threads");

    /// <summary>Resident memory in MiB.</summary>
    public int Memory => Status("VmRSS") / 1024;

    public static CallbackProcess Start(string connectionString, string spoolPath, params string[] settings)
    {
        var address = $"http://127.0.0.1:{TcpForwarder.FreePort()}";
        var process = HostProcess.Start(
            "WeComSync.Callbacks.dll",
            [$"--urls={address}", $"--Callbacks:SpoolPath={spoolPath}", .. settings],
            new Dictionary<string, string?> { ["ConnectionStrings__WeComSync"] = connectionString });
        return new CallbackProcess(process, new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(10) });
    }

    public static async Task<CallbackProcess> StartReadyAsync(string connectionString, string spoolPath, params string[] settings)
    {
        var host = Start(connectionString, spoolPath, settings);
        await host.Process.WaitUntilAsync("the host is ready", async ct => await host.IsReadyAsync(ct));
        return host;
    }

    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        try
        {
            using var answer = await Client.GetAsync("/readyz", ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }

    private int Status(string field)
    {
        var line = File.ReadLines($"/proc/{Process.Id.ToString(CultureInfo.InvariantCulture)}/status").Single(l => l.StartsWith($"{field}:", StringComparison.Ordinal));
        return int.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
