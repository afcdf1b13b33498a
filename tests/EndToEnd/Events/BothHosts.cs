using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>
/// Callback host and worker as processes on a PostgreSQL of the test's own, and the simulator. Each of the three can be killed and
/// comes back at its old address.
/// </summary>
internal sealed class BothHosts : IAsyncDisposable
{
    public const string Operator = "operator@example.com";
    public const string Password = "correct horse battery";

    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private readonly DirectoryInfo spool = System.IO.Directory.CreateTempSubdirectory("wecomsync-spool-");
    private readonly int callbackPort = TcpForwarder.FreePort();
    private readonly StringBuilder logs = new();
    private readonly (string Name, string? Value)[] workerSettings;
    private CallbackProcess? callbacks;
    private HostProcess? worker;

    private BothHosts(PrivatePostgres server, TestDatabase database, SimulatorHost simulator, (string Name, string? Value)[] workerSettings)
    {
        Server = server;
        Database = database;
        Simulator = simulator;
        WorkerClient = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{TcpForwarder.FreePort()}") };
        this.workerSettings =
        [
            ("WeCom__BaseUrl", simulator.BaseUrl),
            ("ASPNETCORE_URLS", WorkerClient.BaseAddress.GetLeftPart(UriPartial.Authority)),
            ("Console__Operator__Email", Operator),
            ("Console__Operator__Password", Password),
            .. workerSettings,
        ];
    }

    public PrivatePostgres Server { get; }

    public TestDatabase Database { get; }

    public SimulatorHost Simulator { get; }

    public CallbackProcess Callbacks => callbacks ?? throw new InvalidOperationException("The callback host is not started yet.");

    public HostProcess Worker => worker ?? throw new InvalidOperationException("The worker is not started yet.");

    public HttpClient WorkerClient { get; }

    /// <summary>Settings of the callback host, as <c>--Key=value</c>.</summary>
    private string[] CallbackSettings { get; init; } = [];

    /// <summary>Events that are in no database yet.</summary>
    public int Spooled => System.IO.Directory.GetFiles(spool.FullName, "*.event").Length;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="server">Is disposed with this.</param>
    /// <param name="callbackSettings">Settings of the callback host, as <c>--Key=value</c>.</param>
    /// <param name="workerSettings">Settings of the worker, as environment variables.</param>
    public static async Task<BothHosts> OpenAsync(
        PrivatePostgres server, string[]? callbackSettings = null, params (string Name, string? Value)[] workerSettings)
    {
        var database = await TestDatabase.CreateAsync(server);
        var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        return new BothHosts(server, database, simulator, workerSettings) { CallbackSettings = callbackSettings ?? [] };
    }

    /// <summary>Adds a company whose tenant has a callback address, which the company does not know yet.</summary>
    public async Task<HostedCompany> AddCompanyAsync(CorpOptions options)
    {
        var corp = Simulator.AddCorp(options);
        var tenant = await TestTenants.AddAsync(Database, corp, Cancel);
        // The last of 43 characters holds four bits.
        var target = new CallbackTarget(
            $"http://127.0.0.1:{callbackPort}/callbacks/{tenant.CallbackKey}/contacts",
            RandomNumberGenerator.GetString(Letters, 20),
            RandomNumberGenerator.GetString(Letters, 42) + "A");
        await TestTenants.SetCallbackAsync(Database, tenant, Channel.Contacts, target.Token, target.EncodingAesKey, Cancel);
        await using var never = Database.DataSource.CreateCommand(
            "INSERT INTO control.schedules (tenant_id, kind, cron) SELECT $1, unnest('{full,incremental}'::text[]), '0 0 0 1 1 ? 2099'");
        never.Parameters.AddWithValue(tenant.Id);
        await never.ExecuteNonQueryAsync(Cancel);
        return new HostedCompany(corp, tenant, target);
    }

    /// <summary>A full sync, by command.</summary>
    public async Task MirrorAsync(HostedCompany company)
    {
        var result = await WorkerProcess.RunAsync(Database.ConnectionString, ["sync", company.Tenant.Key, "full"], workerSettings);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    /// <summary>Starts both hosts, and enters the addresses at WeCom.</summary>
    public async Task StartAsync(params HostedCompany[] companies)
    {
        StartCallbacks();
        StartWorker();
        await ReadyAsync();
        foreach (var company in companies)
        {
            await company.Corp.SetCallbackAsync(company.Target, Cancel);
        }
    }

    /// <summary>Waits until both hosts can work. A worker that lost PostgreSQL while it started has ended: its supervisor starts it again.</summary>
    public async Task ReadyAsync()
    {
        if (Worker.HasExited)
        {
            await KillWorkerAsync();
            StartWorker();
        }

        await Callbacks.WaitUntilReadyAsync();
        await Worker.WaitUntilAsync("the worker is ready", IsWorkerReadyAsync);
    }

    public void StartCallbacks() => callbacks = CallbackProcess.Start(callbackPort, Database.ConnectionString, spool.FullName, CallbackSettings);

    public void StartWorker() => worker = WorkerProcess.Start(Database.ConnectionString, ["serve"], workerSettings);

    public async Task KillCallbacksAsync()
    {
        Callbacks.Process.Kill();
        Remember(await Callbacks.Process.WaitForExitAsync());
        await Callbacks.DisposeAsync();
    }

    public async Task KillWorkerAsync()
    {
        Worker.Kill();
        Remember(await Worker.WaitForExitAsync());
        await Worker.DisposeAsync();
    }

    /// <summary>Ends both hosts as a service manager does.</summary>
    /// <returns>All that every process has written.</returns>
    public async Task<string> StopAsync()
    {
        Callbacks.Process.SendTerminate();
        Worker.SendTerminate();
        Remember(await Callbacks.Process.WaitForExitAsync());
        Remember(await Worker.WaitForExitAsync());
        return logs.ToString();
    }

    /// <summary>Waits until nothing is in the spool and no event of these companies waits or failed.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> AppliedAsync(TimeSpan within, params HostedCompany[] companies)
    {
        Database.DataSource.Clear();
        var ids = companies.Select(c => c.Id).ToArray();
        return await Eventually.TrueAsync("every event is applied", async () => Spooled == 0 && await ScalarAsync<long>(
            "SELECT count(*) FROM control.callback_events WHERE tenant_id = ANY($1) AND state IN ('waiting', 'failed')", ids) == 0, within);
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (T)Convert.ChangeType((await command.ExecuteScalarAsync(Cancel))!, typeof(T), CultureInfo.InvariantCulture);
    }

    public async Task<List<string>> ListAsync(string sql, params object[] values)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        var found = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever tells comes first, the database last.
        await Simulator.DisposeAsync();
        if (callbacks is not null)
        {
            await callbacks.DisposeAsync();
        }

        if (worker is not null)
        {
            await worker.DisposeAsync();
        }

        WorkerClient.Dispose();
        await Server.DisposeAsync();
        spool.Delete(recursive: true);
    }

    private async Task<bool> IsWorkerReadyAsync(CancellationToken ct)
    {
        try
        {
            using var answer = await WorkerClient.GetAsync("/readyz", ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Remember(ProcessResult ended) => logs.Append(ended.Output).Append(ended.Error);
}
