using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WeComSync.Domain.Storage;
using WeComSync.TestKit;
using WeComSync.Worker.Notifications;
using WeComSync.Worker.Tests.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.Notifications;

/// <summary>A database of its own, and one worker's part that tells operators.</summary>
internal sealed class NotificationScene : IAsyncDisposable
{
    public const string Key = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa";

    private readonly TestDatabase database;
    private readonly List<IHost> hosts = [];

    private NotificationScene(TestDatabase database, WeComStub receiver)
    {
        this.database = database;
        Receiver = receiver;
    }

    public WeComStub Receiver { get; }

    public CapturedLogs Logs { get; } = new();

    public OffsetClock Clock { get; } = new();

    public static async Task<NotificationScene> StartAsync()
    {
        var database = new TestDatabase();
        await database.InitializeAsync();
        var receiver = await WeComStub.StartAsync();
        receiver.On("/hook", call => call.AnswerAsync(204, "text/plain", ""));
        receiver.Answer("webhook/send", """{"errcode":0,"errmsg":"ok"}""");
        return new NotificationScene(database, receiver);
    }

    public IncidentWatch Worker(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Notifications:WebhookUrl"] = $"{Receiver.BaseUrl}/hook",
            ["Notifications:RobotUrl"] = $"{Receiver.BaseUrl}/cgi-bin/webhook/send?key={Key}",
            ["Notifications:AllowPrivateAddresses"] = "true",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, string? (s) => s.Value));
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddStorage(new StorageOptions { ConnectionString = database.ConnectionString });
        builder.AddNotifications();
        var host = builder.Build();
        hosts.Add(host);
        return host.Services.GetRequiredService<IncidentWatch>();
    }

    public async Task<long> AddTenantAsync(string key)
    {
        await using var add = database.DataSource.CreateCommand("""
            INSERT INTO control.tenants (key, name, corp_id, enabled, time_zone, callback_key, state, max_removed_percent, max_removed, created_at, changed_at)
            VALUES ($1, $1, 'ww' || $1, true, 'UTC', $1, 'active', 10, 50, now(), now()) RETURNING id
            """);
        add.Parameters.AddWithValue(key);
        return (long)(await add.ExecuteScalarAsync(Cancel))!;
    }

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>What the webhook and the robot were sent, in order.</summary>
    public IReadOnlyList<string> Sent(string path) => [.. Receiver.Calls.Where(call => call.Path == path).Select(call => call.Body)];

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            host.Dispose();
        }

        await Receiver.DisposeAsync();
        await database.DisposeAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The real time, moved forward at will.</summary>
    public sealed class OffsetClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
