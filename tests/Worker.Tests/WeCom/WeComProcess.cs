using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;
using WeComSync.Worker.WeCom.Tokens;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>The client with everything around it, as one worker process has it. A test may start several on one database.</summary>
internal sealed class WeComProcess : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private WeComProcess(ServiceProvider services, CapturedLogs logs)
    {
        this.services = services;
        Logs = logs;
    }

    public CapturedLogs Logs { get; }

    public WeComClient Client => services.GetRequiredService<WeComClient>();

    public CustomerClient Customers => services.GetRequiredService<CustomerClient>();

    public AccessTokens Tokens => services.GetRequiredService<AccessTokens>();

    /// <param name="database">Holds tenants and tokens.</param>
    /// <param name="baseUrl">Who stands in for WeCom.</param>
    /// <param name="clock">Null: the real one, with retries that wait a few milliseconds.</param>
    /// <param name="settings">More configuration.</param>
    public static WeComProcess Start(TestDatabase database, string baseUrl, ManualClock? clock = null, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("WeCom:BaseUrl", baseUrl), new("WeCom:RetryDelay", "00:00:00.002")])
            .AddInMemoryCollection(settings.ToDictionary(s => s.Key, string? (s) => s.Value))
            .Build();
        var logs = new CapturedLogs();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        if (clock is not null)
        {
            services.AddSingleton<TimeProvider>(clock);
        }

        services.AddStorage(new StorageOptions { ConnectionString = database.ConnectionString });
        services.AddWeComClient(configuration);
        return new WeComProcess(services.BuildServiceProvider(), logs);
    }

    /// <summary>Adds a tenant with secrets such as <c>app-secret</c>, and returns the caller for the first of them.</summary>
    public static async Task<WeComCaller> AddTenantAsync(TestDatabase database, params Channel[] channels)
    {
        await using var db = database.OpenContext();
        var now = DateTimeOffset.UtcNow;
        var id = Guid.NewGuid().ToString("N");
        var tenant = new Tenant { Key = id, Name = "示例", CorpId = $"ww{id[..16]}", CreatedAt = now, ChangedAt = now };
        db.Tenants.Add(tenant);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var caller = new WeComCaller(tenant.Id, tenant.CorpId, channels[0]) { Counter = new ApiCallCounter() };
        foreach (var channel in channels)
        {
            await SetSecretAsync(database, caller with { Credential = channel }, $"{EnumText.Of(channel)}-secret");
        }

        return caller;
    }

    /// <summary>Enters a secret, as an administrator does.</summary>
    public static async Task SetSecretAsync(TestDatabase database, WeComCaller caller, string secret)
    {
        await using var command = database.DataSource.CreateCommand("""
            INSERT INTO control.wecom_settings (tenant_id, channel, secret) VALUES ($1, $2, $3)
            ON CONFLICT (tenant_id, channel) DO UPDATE SET secret = EXCLUDED.secret
            """);
        command.Parameters.AddWithValue(caller.TenantId);
        command.Parameters.AddWithValue(EnumText.Of(caller.Credential));
        command.Parameters.AddWithValue(database.Protector.Protect(caller.TenantId, SecretFields.Secret(caller.Credential), secret));
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
