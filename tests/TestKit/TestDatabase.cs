using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>
/// A migrated database of its own for one test class (use it as a class fixture), copied from a template that the
/// first class of the run makes. Tests add tenants of their own, so they need no cleaning up.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    /// <summary>Named after the build that holds the migrations: on a shared server another branch has another template.</summary>
    private static readonly string Template = $"wecomsync_template_{typeof(SyncDbContext).Module.ModuleVersionId:N}";

    private const long TemplateLock = 7_236_837_002;

    private readonly string name = $"test_{Guid.NewGuid():N}";
    private readonly string server;
    private readonly string? options;
    private ServiceProvider? services;

    public TestDatabase()
        : this(TestServer.ConnectionString)
    {
    }

    private TestDatabase(string server, string? options = null)
    {
        this.server = server;
        this.options = options;
    }

    /// <summary>Connection string of this database, for hosts that run as processes.</summary>
    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource DataSource => Services.GetRequiredService<NpgsqlDataSource>();

    public SecretProtector Protector => Services.GetRequiredService<SecretProtector>();

    /// <summary>Storage as the hosts register it, without a certificate.</summary>
    public IServiceProvider Services => services ?? throw new InvalidOperationException("The database is not ready yet.");

    /// <summary>Makes one on a server of the test's own.</summary>
    public static async Task<TestDatabase> CreateAsync(PrivatePostgres server)
    {
        var database = On(server);
        await database.InitializeAsync();
        return database;
    }

    /// <summary>Makes one that is not like the others.</summary>
    /// <param name="options">Options of CREATE DATABASE.</param>
    public static async Task<TestDatabase> CreateAsync(string options)
    {
        var database = new TestDatabase(TestServer.ConnectionString, options);
        await database.InitializeAsync();
        return database;
    }

    /// <summary>One on a server of the test's own, that a fixture will make.</summary>
    public static TestDatabase On(PrivatePostgres server) => new(server.ConnectionString);

    public SyncDbContext OpenContext() => Services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContext();

    /// <summary>Whether somebody in this database waits for a lock that somebody else holds.</summary>
    public async Task<bool> HasLockWaitAsync(CancellationToken ct)
    {
        await using var command = DataSource.CreateCommand(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')");
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        await using (var connection = new NpgsqlConnection(server))
        {
            await connection.OpenAsync(ct);
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({TemplateLock})", ct);
            await using (var exists = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{Template}')", connection))
            {
                if (!(bool)(await exists.ExecuteScalarAsync(ct))!)
                {
                    await CreateTemplateAsync(connection, ct);
                }
            }

            await ExecuteAsync(connection, $"CREATE DATABASE {name} {options ?? $"TEMPLATE {Template}"}", ct);
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({TemplateLock})", ct);
        }

        ConnectionString = For(name);
        services = Register(ConnectionString).BuildServiceProvider();
        // A server that outlives the run may hold the template of an older build.
        await services.GetRequiredService<SchemaMigration>().RunAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (services is not null)
        {
            await services.DisposeAsync();
        }

        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", CancellationToken.None);
    }

    private async Task CreateTemplateAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        // Built under another name and renamed when complete: a run that was killed leaves no half-made template.
        var building = $"building_{Guid.NewGuid():N}";
        await ExecuteAsync(connection, $"CREATE DATABASE {building}", ct);
        await using (var provider = Register(For(building)).BuildServiceProvider())
        {
            await provider.GetRequiredService<SchemaMigration>().RunAsync(ct);
        }

        await ExecuteAsync(connection, $"ALTER DATABASE {building} RENAME TO {Template}", ct);
    }

    private static ServiceCollection Register(string connectionString)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(new StorageOptions { ConnectionString = connectionString });
        services.AddSingleton<SchemaMigration>();
        return services;
    }

    private string For(string database) =>
        new NpgsqlConnectionStringBuilder(server) { Database = database, Pooling = true }.ConnectionString;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
