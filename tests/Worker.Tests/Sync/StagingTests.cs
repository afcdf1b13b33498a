using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>Connections that keep their staging tables from one run to the next bring nothing else along.</summary>
public sealed class StagingTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly StagingTables Tables = new([("small", "(id bigint PRIMARY KEY, said text)"), ("large", "(said text)")]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tables_are_made_once_and_emptied_for_whoever_comes_next()
    {
        await using var dataSource = OpenPool();
        var connections = new StagingConnections(dataSource);
        var (pid, made) = await UseAsync(connections, 100_000);
        Assert.Equal((pid, made), await UseAsync(connections, 1));
        Assert.Equal((pid, made), await UseAsync(connections, 1));
    }

    [Fact]
    public async Task Tables_are_emptied_inside_a_transaction_and_come_back_if_it_fails()
    {
        await using var dataSource = OpenPool();
        await using var connection = await new StagingConnections(dataSource).OpenAsync(Cancel);
        await Tables.ClearAsync(connection, Cancel);
        await connection.ExecuteAsync("INSERT INTO small VALUES (1, 'before')", [], Cancel);
        await using (await connection.BeginTransactionAsync(Cancel))
        {
            await Tables.ClearAsync(connection, Cancel);
            await connection.ExecuteAsync("INSERT INTO small VALUES (1, 'within')", [], Cancel);
        }

        Assert.Equal(["before"], await connection.TextsAsync("SELECT said FROM small", [], Cancel));
    }

    [Fact]
    public async Task Nothing_of_the_run_before_is_left_in_the_session()
    {
        await using var dataSource = OpenPool();
        var connections = new StagingConnections(dataSource);
        int pid;
        await using (var connection = await connections.OpenAsync(Cancel))
        {
            pid = connection.ProcessID;
            await connection.ExecuteAsync("SET application_name = 'a run'; SET enable_nestloop = off; SELECT pg_advisory_lock(1, 2)", [], Cancel);
            await connection.BeginTransactionAsync(Cancel);
            await connection.ExecuteAsync("SET LOCAL work_mem = '64MB'", [], Cancel);
        }

        await using (var connection = await connections.OpenAsync(Cancel))
        {
            Assert.Equal(pid, connection.ProcessID);
            Assert.Equal("WeComSync on 0", await connection.ScalarAsync<string>("""
                SELECT current_setting('application_name') || ' ' || current_setting('enable_nestloop') || ' '
                    || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
                """, [], Cancel));
            Assert.NotEqual("64MB", await connection.ScalarAsync<string>("SELECT current_setting('work_mem')", [], Cancel));
            Assert.Equal("10s", await connection.ScalarAsync<string>("SELECT current_setting('lock_timeout')", [], Cancel));
        }
    }

    [Fact]
    public async Task Session_that_the_server_ended_is_given_to_nobody()
    {
        await using var dataSource = OpenPool();
        var connections = new StagingConnections(dataSource);
        int ended;
        await using (var connection = await connections.OpenAsync(Cancel))
        {
            ended = connection.ProcessID;
        }

        await using (var server = new NpgsqlConnection(database.ConnectionString))
        {
            await server.OpenAsync(Cancel);
            Assert.True(await server.ScalarAsync<bool>("SELECT pg_terminate_backend($1, 10000)", [ended], Cancel));
        }

        await using var other = await connections.OpenAsync(Cancel);
        Assert.NotEqual(ended, other.ProcessID);
    }

    private NpgsqlDataSource OpenPool() => NpgsqlDataSource.Create(WorkerConnections.Staging(WorkerConnections.Own(database.ConnectionString)));

    /// <summary>What a run does: finds its tables empty and fills them.</summary>
    private static async Task<(int Session, long Table)> UseAsync(StagingConnections connections, int rows)
    {
        await using var connection = await connections.OpenAsync(Cancel);
        await Tables.ClearAsync(connection, Cancel);
        Assert.Equal(0L, await connection.ScalarAsync<long>("SELECT (SELECT count(*) FROM small) + (SELECT count(*) FROM large)", [], Cancel));
        await connection.ExecuteAsync("INSERT INTO small SELECT g, 'x' FROM generate_series(1, $1) g", [rows], Cancel);
        await connection.ExecuteAsync("INSERT INTO large SELECT 'x' FROM generate_series(1, $1) g", [rows], Cancel);
        return (connection.ProcessID, await connection.ScalarAsync<long>("SELECT 'pg_temp.small'::regclass::oid::bigint", [], Cancel));
    }
}
