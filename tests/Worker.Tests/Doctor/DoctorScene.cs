using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Doctor;

/// <summary>A simulated company, its tenant, and the doctor as the command has it.</summary>
internal sealed class DoctorScene : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly IHost host;

    private DoctorScene(TestDatabase database, SimulatorHost simulator, Corp corp, Tenant tenant, IHost host)
    {
        this.database = database;
        Simulator = simulator;
        Corp = corp;
        Tenant = tenant;
        this.host = host;
    }

    public SimulatorHost Simulator { get; }

    public Corp Corp { get; }

    public Tenant Tenant { get; }

    public static async Task<DoctorScene> StartAsync(
        TestDatabase database, CorpOptions? options = null, bool contacts = true, bool app = true, TimeProvider? clock = null)
    {
        var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(options ?? new CorpOptions { People = 20, Departments = 4, Tags = 2 });
        var tenant = await TestTenants.AddAsync(database, corp, Cancel, contacts, app);
        return new DoctorScene(database, simulator, corp, tenant, Build(database, simulator.BaseUrl, clock));
    }

    public static IHost Build(TestDatabase database, string weCom, TimeProvider? clock = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WeCom:BaseUrl"] = weCom,
            ["WeCom:RetryDelay"] = "00:00:00.005",
            // The companies of these tests have the same corp id, and blocks are remembered in the database.
            ["WeCom:ThrottleWindow"] = "00:00:00.001",
        });
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddStorage(new StorageOptions { ConnectionString = WorkerConnections.Own(database.ConnectionString) });
        builder.Services.AddSingleton<SchemaMigration>();
        builder.Services.AddSingleton(new CallbackAddresses("https://sync.example.com"));
        builder.Services.AddSingleton(new JobOptions());
        builder.AddSync();
        builder.Services.AddDoctor();
        return builder.Build();
    }

    public async Task<List<DoctorLine>> ExamineAsync(DoctorLanguage language = DoctorLanguage.English) =>
        await host.Services.GetRequiredService<TenantDoctor>().ExamineAsync(Tenant.Id, language, Cancel).ToListAsync(Cancel);

    /// <summary>The one line of a check.</summary>
    public async Task<DoctorLine> LineAsync(Words check, DoctorLanguage language = DoctorLanguage.English) =>
        Assert.Single(await ExamineAsync(language), line => line.Check == check.In(language));

    public async Task ChangeAsync(Func<SyncDbContext, Tenant, Task> change)
    {
        await using var db = database.OpenContext();
        await change(db, await db.Tenants.Include(t => t.Settings).SingleAsync(t => t.Id == Tenant.Id, Cancel));
        await db.SaveChangesAsync(Cancel);
    }

    /// <summary>What the callback host writes down.</summary>
    public Task SawAsync(CallbackOutcome outcome, TimeSpan ago, Channel channel = Channel.Contacts) => ChangeAsync((db, tenant) =>
    {
        var at = DateTimeOffset.UtcNow - ago;
        db.CallbackAttempts.Add(new CallbackAttempt { TenantId = tenant.Id, Channel = channel, Outcome = outcome, Count = 1, LastAt = at });
        return Task.CompletedTask;
    });

    public Task ConfigureCallbackAsync() => ChangeAsync((_, tenant) =>
    {
        var settings = tenant.Settings.Single(s => s.Channel == Channel.Contacts);
        settings.Token = "protected";
        settings.EncodingAesKey = "protected";
        return Task.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        host.Dispose();
        await Simulator.DisposeAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}

/// <summary>What an administrator enters beside the secret.</summary>
internal static class DoctorTenants
{
    public static async Task SetAgentAsync(this TestDatabase database, long tenantId)
    {
        await using var command = database.DataSource.CreateCommand("UPDATE control.wecom_settings SET agent_id = 1000002 WHERE tenant_id = $1 AND channel = 'app'");
        command.Parameters.AddWithValue(tenantId);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
