using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Callbacks.Hosting;
using WeComSync.TestKit;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>The callback host inside the test process, on a port of its own and with a spool of its own.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly DirectoryInfo? ownSpool;

    private TestHost(WebApplication app, string address, string spoolPath, DirectoryInfo? ownSpool)
    {
        this.app = app;
        this.ownSpool = ownSpool;
        SpoolPath = spoolPath;
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 })
        {
            BaseAddress = new Uri(address),
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public HttpClient Client { get; }

    public string SpoolPath { get; }

    public IServiceProvider Services => app.Services;

    /// <param name="connectionString">The database.</param>
    /// <param name="spoolPath">An existing folder; a temporary one unless given.</param>
    /// <param name="waitUntilReady">False where the database is away.</param>
    /// <param name="settings">More settings, as <c>--Key=value</c>.</param>
    public static async Task<TestHost> StartAsync(
        string connectionString, string? spoolPath = null, bool waitUntilReady = true, params string[] settings)
    {
        var ownSpool = spoolPath is null ? Directory.CreateTempSubdirectory("wecomsync-spool-") : null;
        spoolPath ??= ownSpool!.FullName;
        var app = CallbackHost.Build(
        [
            "--environment=Development",
            "--urls=http://127.0.0.1:0",
            "--Logging:LogLevel:Default=None",
            $"--ConnectionStrings:WeComSync={connectionString}",
            $"--Callbacks:SpoolPath={spoolPath}",
            .. settings,
        ]);
        await app.StartAsync();
        var address = app.Urls.First(url => !settings.Any(setting => setting.EndsWith(url, StringComparison.Ordinal)));
        var host = new TestHost(app, address, spoolPath, ownSpool);
        if (waitUntilReady)
        {
            await Eventually.TrueAsync("the host is ready", async () =>
            {
                using var answer = await host.Client.GetAsync("/readyz");
                return answer.IsSuccessStatusCode;
            });
        }

        return host;
    }

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public Task<HttpStatusCode> PostAsync(TestTenant tenant, CallbackDelivery delivery, CancellationToken ct) => Client.PostAsync(tenant, delivery, ct);

    public Task<HttpStatusCode> PostAsync(string url, string body, CancellationToken ct) => Client.PostAsync(url, body, ct);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        ownSpool?.Delete(recursive: true);
    }
}
