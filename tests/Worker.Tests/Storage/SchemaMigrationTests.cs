using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Storage;
using Xunit;

namespace WeComSync.Worker.Tests.Storage;

public sealed class SchemaMigrationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_hosts_that_migrate_an_empty_database_at_once_all_succeed()
    {
        await using var database = await EmptyDatabase.CreateAsync(Cancel);
        var hosts = Enumerable.Range(0, 4).Select(_ => Host(database)).ToList();
        try
        {
            await Task.WhenAll(hosts.Select(host => Task.Run(() => host.GetRequiredService<SchemaMigration>().RunAsync(Cancel), Cancel)));
            Assert.All(await SchemasAsync(database), schema => Assert.True(schema.Tables > 5, $"{schema.Name} has {schema.Tables} tables."));

            var before = await ObjectsAsync(database);
            await hosts[0].GetRequiredService<SchemaMigration>().RunAsync(Cancel);
            Assert.Equal(before, await ObjectsAsync(database));
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Migration_waits_for_another_that_takes_longer_than_any_other_lock_may()
    {
        await using var database = await EmptyDatabase.CreateAsync(Cancel);
        await using var host = Host(database, "-c lock_timeout=50ms");
        Task migration;
        await using (var other = new NpgsqlConnection(database.ConnectionString + ";Pooling=false"))
        {
            await other.OpenAsync(Cancel);
            await using var hold = new NpgsqlCommand("SELECT pg_advisory_lock(7236837001)", other);
            await hold.ExecuteNonQueryAsync(Cancel);
            migration = host.GetRequiredService<SchemaMigration>().RunAsync(Cancel);
            await Eventually.TrueAsync("it has waited for longer than its session's lock_timeout", async () => await WaitsAsync(other));
            Assert.False(migration.IsCompleted);
        }

        await migration;
    }

    [Fact]
    public async Task Serve_on_a_database_that_is_not_migrated_says_what_to_run()
    {
        await using var database = await EmptyDatabase.CreateAsync(Cancel);
        var result = await WorkerProcess.RunAsync(
            database.ConnectionString,
            ["serve"],
            ("Console__Operator__Email", "op@example.com"),
            ("Console__Operator__Password", "correct horse battery"),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"));

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("Run 'migrate' first", result.LastErrorLine, StringComparison.Ordinal);
    }

    private static ServiceProvider Host(EmptyDatabase database, string? options = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(new StorageOptions { ConnectionString = database.ConnectionString + (options is null ? "" : $";Options={options}") });
        services.AddSingleton<SchemaMigration>();
        return services.BuildServiceProvider();
    }

    private static async Task<bool> WaitsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND waitstart < clock_timestamp() - interval '200 ms' "
            + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            connection);
        return (bool)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private static async Task<List<(string Name, long Tables)>> SchemasAsync(EmptyDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(
            "SELECT s, (SELECT count(*) FROM pg_tables WHERE schemaname = s) FROM unnest(ARRAY['control', 'mirror', 'hangfire', 'quartz']) AS s", connection);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var schemas = new List<(string, long)>();
        while (await reader.ReadAsync(Cancel))
        {
            schemas.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return schemas;
    }

    private static async Task<string> ObjectsAsync(EmptyDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand("SELECT md5(string_agg(oid || relname, ',' ORDER BY oid)) FROM pg_class", connection);
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
