using System.Globalization;
using Microsoft.Playwright;
using Npgsql;
using WeComSync.Simulator;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(WeComSync.Browser.Tests.Stage))]
// One worker and one browser for all, and the platform's plug-in is everybody's.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace WeComSync.Browser.Tests;

/// <summary>Both hosts as processes, the simulated WeCom, and Debian's Chromium.</summary>
public sealed class Stage : IAsyncLifetime
{
    public const string Operator = "operator@example.com";
    public const string Password = "correct horse battery";

    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

    private readonly DirectoryInfo spool = Directory.CreateTempSubdirectory("wecomsync-spool-");
    private IPlaywright? playwright;
    private IBrowser? browser;
    private HostProcess? worker;
    private CallbackProcess? callbacks;
    private SimulatorHost? simulator;
    private Scene? scene;

    public TestDatabase Database { get; } = new();

    /// <summary>Where the console is.</summary>
    public string Address { get; } = $"http://127.0.0.1:{TcpForwarder.FreePort()}";

    public string CallbackAddress => callbacks!.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    internal SimulatorHost Simulator => simulator!;

    internal IBrowser Browser => browser!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        callbacks = CallbackProcess.Start(Database.ConnectionString, spool.FullName);
        worker = WorkerProcess.Start(
            Database.ConnectionString,
            ["serve"],
            ("WeCom__BaseUrl", simulator.BaseUrl),
            ("ASPNETCORE_URLS", Address),
            ("Callbacks__PublicUrl", CallbackAddress),
            ("Console__Operator__Email", Operator),
            ("Console__Operator__Password", Password));
        // What a page waits for, a heartbeat or another process, may take its time on a busy machine.
        Assertions.SetDefaultExpectTimeout(20_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Browsers.FirstOrDefault(File.Exists)
                ?? throw new InvalidOperationException("Chromium is missing. In Debian: apt-get install chromium; ./ops/test does it by itself."),
        });
        await callbacks.WaitUntilReadyAsync();
        using var client = new HttpClient { BaseAddress = new Uri(Address) };
        await worker.WaitUntilAsync("the worker is ready", async ct =>
        {
            try
            {
                using var answer = await client.GetAsync("/readyz", ct);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    /// <summary>The companies that tests only look at; made once.</summary>
    internal async Task<Scene> SceneAsync() => scene ??= await Scene.PrepareAsync(this);

    /// <summary>A tenant's first run is the one that the test starts.</summary>
    public Task NeverByScheduleAsync(string key) => ExecuteAsync("""
        INSERT INTO control.schedules (tenant_id, kind, cron)
        SELECT id, unnest('{full,incremental,customers}'::text[]), '0 0 0 1 1 ? 2099' FROM control.tenants WHERE key = $1 ON CONFLICT DO NOTHING
        """, key);

    /// <summary>
    /// Saves a callback URL in WeCom's administration. A busy machine may refuse the first verification of settings that the callback host has
    /// not read yet, and people press the button again then.
    /// </summary>
    internal static Task SaveUrlAsync(Corp corp, CallbackTarget target) => Eventually.TrueAsync("WeCom takes the callback URL", async () =>
    {
        try
        {
            await corp.SetCallbackAsync(target, Cancel);
            return true;
        }
        catch (WorldRuleException)
        {
            return false;
        }
    });

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    public async Task<T> ReadAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync(Cancel))!, typeof(T), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
        if (simulator is not null)
        {
            await simulator.DisposeAsync();
        }

        if (callbacks is not null)
        {
            await callbacks.DisposeAsync();
        }

        if (worker is not null)
        {
            await worker.DisposeAsync();
        }

        await Database.DisposeAsync();
        spool.Delete(recursive: true);
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = Database.DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
