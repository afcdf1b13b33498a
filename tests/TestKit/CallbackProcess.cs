namespace WeComSync.TestKit;

/// <summary>The callback host as a process of its own, to be killed or measured.</summary>
public sealed class CallbackProcess : IAsyncDisposable
{
    private CallbackProcess(HostProcess process, HttpClient client)
    {
        Process = process;
        Client = client;
    }

    public HostProcess Process { get; }

    public HttpClient Client { get; }

    /// <param name="connectionString">The database.</param>
    /// <param name="spoolPath">An existing folder.</param>
    /// <param name="settings">More settings, as <c>--Key=value</c>.</param>
    public static CallbackProcess Start(string connectionString, string spoolPath, params string[] settings) =>
        Start(TcpForwarder.FreePort(), connectionString, spoolPath, settings);

    /// <summary>Starts one that another program runs and watches.</summary>
    /// <param name="under">That program and its arguments.</param>
    /// <param name="connectionString">The database.</param>
    /// <param name="spoolPath">An existing folder.</param>
    public static CallbackProcess StartUnder(IReadOnlyList<string> under, string connectionString, string spoolPath) =>
        Start(TcpForwarder.FreePort(), connectionString, spoolPath, [], under);

    /// <inheritdoc cref="Start(string, string, string[])"/>
    /// <param name="port">Where it listens: for a host that comes back at its old address.</param>
    /// <param name="connectionString">The database.</param>
    /// <param name="spoolPath">An existing folder.</param>
    /// <param name="settings">More settings, as <c>--Key=value</c>.</param>
    public static CallbackProcess Start(int port, string connectionString, string spoolPath, params string[] settings) =>
        Start(port, connectionString, spoolPath, settings, []);

    private static CallbackProcess Start(int port, string connectionString, string spoolPath, string[] settings, IReadOnlyList<string> under)
    {
        var address = $"http://127.0.0.1:{port}";
        var process = HostProcess.Start(
            "WeComSync.Callbacks.dll",
            [$"--urls={address}", $"--Callbacks:SpoolPath={spoolPath}", .. settings],
            new Dictionary<string, string?> { ["ConnectionStrings__WeComSync"] = connectionString },
            under);
        return new CallbackProcess(process, new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(10) });
    }

    public static async Task<CallbackProcess> StartReadyAsync(string connectionString, string spoolPath, params string[] settings)
    {
        var host = Start(connectionString, spoolPath, settings);
        await host.WaitUntilReadyAsync();
        return host;
    }

    public Task WaitUntilReadyAsync() => Process.WaitUntilAsync("the callback host is ready", IsReadyAsync);

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
}
