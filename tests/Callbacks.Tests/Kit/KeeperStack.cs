using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Keys;
using WeComSync.Callbacks.Spool;
using WeComSync.Domain.Storage;
using WeComSync.TestKit;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>All that keeps events, without HTTP and without anything else that talks to PostgreSQL: message counts are exact.</summary>
internal sealed class KeeperStack : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly DirectoryInfo spool = Directory.CreateTempSubdirectory("wecomsync-spool-");
    private readonly SpoolWriter spoolWriter;
    private readonly SpoolDrain drain;
    private readonly InboxWriter writer;

    private KeeperStack(string connectionString, SecretKeys secrets, long spoolLimit)
    {
        services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new CallbackMetrics(services.GetRequiredService<IMeterFactory>());
        var options = new CallbackOptions
        {
            ManagementUrl = null, MaxConnections = 1, MostWaiting = 1_000, SpoolPath = spool.FullName, SpoolLimitBytes = spoolLimit, TrustedProxies = [],
        };
        Source = InboxDataSource.Create(connectionString);
        Breaker = new Breaker(NullLogger<Breaker>.Instance);
        Folder = new SpoolFolder(options, TimeProvider.System, NullLogger<SpoolFolder>.Instance);
        var statement = Statement(Source);
        writer = new InboxWriter(statement, Breaker, metrics, NullLogger<InboxWriter>.Instance);
        spoolWriter = new SpoolWriter(Folder, secrets, metrics, NullLogger<SpoolWriter>.Instance);
        drain = new SpoolDrain(Folder, statement, Source, secrets, Breaker, metrics, NullLogger<SpoolDrain>.Instance);
        Keeper = new EventKeeper(writer, spoolWriter, Breaker);
    }

    public NpgsqlDataSource Source { get; }

    public Breaker Breaker { get; }

    public SpoolFolder Folder { get; }

    public EventKeeper Keeper { get; }

    public string SpoolPath => spool.FullName;

    public bool IsCalm => !Breaker.IsOpen && Folder.Count == 0;

    public static async Task<SecretKeys> SecretsAsync(TestDatabase database, CancellationToken ct)
    {
        var secrets = new SecretKeys(database.DataSource, new StorageOptions { ConnectionString = database.ConnectionString });
        await secrets.RefreshAsync(ct);
        return secrets;
    }

    public static async Task<KeeperStack> StartAsync(string connectionString, SecretKeys secrets, CancellationToken ct, long spoolLimit = 1 << 30)
    {
        var stack = new KeeperStack(connectionString, secrets, spoolLimit);
        await stack.spoolWriter.StartAsync(ct);
        await stack.writer.StartAsync(ct);
        await Eventually.TrueAsync("the spool is open", () => stack.Folder.IsOpen);
        return stack;
    }

    public static InboxStatement Statement(NpgsqlDataSource source, TimeProvider? clock = null) =>
        new(source, new FullInboxes(source, long.MaxValue), clock ?? TimeProvider.System);

    /// <summary>Until now spooled events stay where they are.</summary>
    public Task StartDrainAsync(CancellationToken ct) => drain.StartAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await drain.StopAsync(CancellationToken.None);
        await writer.StopAsync(CancellationToken.None);
        await spoolWriter.StopAsync(CancellationToken.None);
        drain.Dispose();
        writer.Dispose();
        spoolWriter.Dispose();
        Folder.Dispose();
        await Source.DisposeAsync();
        await services.DisposeAsync();
        spool.Delete(recursive: true);
    }
}
