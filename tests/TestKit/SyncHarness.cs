using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.Worker.Events;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>One simulated company, one tenant for it, and the worker's own services that sync it.</summary>
internal sealed class SyncHarness : IAsyncDisposable
{
    /// <summary>Never disposed: Hangfire logs through whichever host of the process came last, and fails where that one has gone.</summary>
    private static readonly ILoggerFactory Loggers = LoggerFactory.Create(_ => { });

    private readonly bool borrowed;
    private IHost host;

    private SyncHarness(TestDatabase database, SimulatorHost simulator, Corp corp, Tenant tenant, IHost host, bool borrowed = false)
    {
        this.borrowed = borrowed;
        Database = database;
        Simulator = simulator;
        Corp = corp;
        Tenant = tenant;
        this.host = host;
    }

    public TestDatabase Database { get; }

    public SimulatorHost Simulator { get; }

    public Corp Corp { get; }

    public World World => Corp.World;

    public Tenant Tenant { get; }

    public IServiceProvider Services => host.Services;

    public static async Task<SyncHarness> StartAsync(TestDatabase database, CorpOptions options, bool contacts = true, bool app = true)
    {
        var ct = TestContext.Current.CancellationToken;
        var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), ct);
        var corp = simulator.AddCorp(options);
        var tenant = await TestTenants.AddAsync(database, corp, ct, contacts, app);
        return new SyncHarness(database, simulator, corp, tenant, BuildWorker(database, simulator.BaseUrl));
    }

    /// <summary>Another company and tenant with the same simulator and worker, which must outlive it.</summary>
    public async Task<SyncHarness> WithAnotherAsync(CorpOptions options, bool contacts = true, bool app = true)
    {
        var corp = Simulator.AddCorp(options);
        var tenant = await TestTenants.AddAsync(Database, corp, TestContext.Current.CancellationToken, contacts, app);
        return new SyncHarness(Database, Simulator, corp, tenant, host, borrowed: true);
    }

    /// <summary>The worker's services, as one process has them; a test may have several.</summary>
    /// <param name="database">Where its tables are.</param>
    /// <param name="weCom">Address of the simulator.</param>
    /// <param name="connectionString">Another way to the database; null: the usual one.</param>
    /// <param name="more">Further settings.</param>
    public static IHost BuildWorker(
        TestDatabase database, string weCom, string? connectionString = null, params (string Key, string Value)[] more) =>
        BuildWorker(database, weCom, TimeProvider.System, connectionString, more);

    private static IHost BuildWorker(
        TestDatabase database, string weCom, TimeProvider clock, string? connectionString, (string Key, string Value)[] more)
    {
        connectionString ??= database.ConnectionString;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WeCom:BaseUrl"] = weCom,
            ["WeCom:RetryDelay"] = "00:00:00.005",
            ["WeCom:ThrottlePatience"] = "00:00:00",
            // Blocks are remembered in the database, and the companies of a class's tests often have the same corp id.
            ["WeCom:ThrottleWindow"] = "00:00:00.001",
            // Scenes break a credential, mend it and go on at once.
            ["WeCom:RefusedSecretPause"] = "00:00:00",
        });
        builder.Configuration.AddInMemoryCollection(more.ToDictionary(m => m.Key, m => (string?)m.Value));
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton(Loggers);
        builder.Services.AddStorage(new StorageOptions { ConnectionString = connectionString });
        builder.Services.AddJobs(connectionString, new JobOptions());
        builder.AddSync();
        builder.AddEvents();
        return builder.Build();
    }

    /// <summary>A new process: nothing that the worker kept in memory is left.</summary>
    /// <param name="settings">Further settings of the new one.</param>
    public void RestartWorker(params (string Key, string Value)[] settings)
    {
        host.Dispose();
        host = BuildWorker(Database, Simulator.BaseUrl, more: settings);
    }

    /// <summary>A new process on a host with another clock.</summary>
    public void RestartWorker(TimeProvider clock)
    {
        host.Dispose();
        host = BuildWorker(Database, Simulator.BaseUrl, clock, connectionString: null, []);
    }

    public Task<SyncReport> FullAsync(bool dryRun = false, long approve = 0) => RunAsync(SyncKind.Full, dryRun, approve);

    public Task<SyncReport> PullAsync(bool dryRun = false, long approve = 0) => RunAsync(SyncKind.Customers, dryRun, approve);

    /// <summary>A pull of the customers that must end well.</summary>
    public async Task<SyncReport> MirrorCustomersAsync()
    {
        var report = await PullAsync();
        Assert.True(report.State == RunState.Done, $"{report.State}: {report.Error} {report.Action}");
        return report;
    }

    private async Task<SyncReport> RunAsync(SyncKind kind, bool dryRun, long approve)
    {
        if (approve != 0)
        {
            await Services.GetRequiredService<HeldRemovals>().DecideAsync(
                Tenant.Id, HeldDecision.Approved, approve, [], "test", TestContext.Current.CancellationToken);
        }

        return await RunAsync(kind, new SyncRequest { Trigger = SyncTrigger.Command, DryRun = dryRun });
    }

    public Task<SyncReport> IncrementalAsync(bool dryRun = false) =>
        RunAsync(SyncKind.Incremental, new SyncRequest { Trigger = SyncTrigger.Command, DryRun = dryRun });

    public Task<SyncReport> RunAsync(SyncKind kind, SyncRequest request) =>
        Services.GetRequiredService<SyncRunner>().RunAsync(Tenant.Id, kind, request, TestContext.Current.CancellationToken);

    /// <summary>Lets all that was read seem so much older.</summary>
    public async Task AgeAsync(TimeSpan time)
    {
        await using var command = Database.DataSource.CreateCommand("""
            WITH customers AS (UPDATE mirror.customers SET fetched_at = fetched_at - $2 WHERE tenant_id = $1),
                follows AS (UPDATE mirror.follows SET fetched_at = fetched_at - $2 WHERE tenant_id = $1),
                tags AS (UPDATE mirror.corp_tags SET fetched_at = fetched_at - $2 WHERE tenant_id = $1),
                chats AS (UPDATE mirror.group_chats SET fetched_at = fetched_at - $2 WHERE tenant_id = $1),
                chat_members AS (UPDATE mirror.group_chat_members SET fetched_at = fetched_at - $2 WHERE tenant_id = $1),
                readings AS (UPDATE control.follow_readings SET read_at = read_at - $2, checked_at = checked_at - $2 WHERE tenant_id = $1)
            UPDATE control.read_marks SET read_at = read_at - $2 WHERE tenant_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = Tenant.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = time });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A full sync that must end well.</summary>
    public async Task<SyncReport> MirrorAsync()
    {
        var report = await FullAsync();
        Assert.True(report.State == RunState.Done, $"{report.State}: {report.Error} {report.Action}");
        return report;
    }

    /// <summary>Fails unless the whole mirror is true, and its change feed tells the same.</summary>
    public Task AssertMirrorIsTrueAsync(TruthView? view = null) =>
        MirrorTruth.AssertEqualAsync(Database.DataSource, Tenant.Id, Corp, TestContext.Current.CancellationToken, view);

    /// <summary>The same of a mirror of the customers alone.</summary>
    public Task AssertCustomersAreTrueAsync() => AssertMirrorIsTrueAsync(TruthView.CustomersAlone);

    /// <summary>One value of the tenant's data; <c>$1</c> is the tenant.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] more)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = Tenant.Id });
        foreach (var value in more)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public Task<long> LiveAsync(string table) => ScalarAsync<long>($"SELECT count(*) FROM mirror.{table} WHERE tenant_id = $1 AND removed_at IS NULL");

    public async ValueTask DisposeAsync()
    {
        if (borrowed)
        {
            return;
        }

        host.Dispose();
        await Simulator.DisposeAsync();
    }
}
