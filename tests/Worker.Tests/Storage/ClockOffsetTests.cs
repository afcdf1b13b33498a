using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Storage;

/// <summary>
/// Rows are dated by the database's clock. A host that takes the time it waited for a connection or a lock for a difference of clocks
/// dates what it reads too late, and an event of a moment after is taken for old news; or too early, and what it read is not written.
/// </summary>
public sealed class ClockOffsetTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Waited = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claim_that_waited_for_a_connection_knows_the_databases_time()
    {
        await using var narrow = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1 });
        var clock = new JumpingClock();
        Task<Claim> taking;
        await using (await narrow.OpenConnectionAsync(Cancel))
        {
            taking = new EventClaims(narrow, clock).TakeAsync(1, MirrorPart.Directory, 1, Cancel);
            clock.Off = Waited;
        }

        await using var claim = await taking;
        Assert.InRange(-claim.ClockOffset, Waited / 2, Waited * 1.5);
    }

    [Fact]
    public async Task Run_that_waited_for_a_merge_knows_the_databases_time()
    {
        var tenant = await database.AddTenantAsync("0 0 0 1 1 ?");
        await using var merging = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var merge = await merging.BeginTransactionAsync(Cancel);
        await merging.ExecuteAsync("INSERT INTO control.merge_fences (tenant_id, part, fence) VALUES ($1, 'directory', 0)", [tenant], Cancel);

        var beginning = new SyncRuns(database.DataSource, new StagingConnections(database.DataSource), TimeProvider.System)
            .BeginAsync(tenant, SyncKind.Full, SyncTrigger.Command, dryRun: false, Cancel);
        await Eventually.TrueAsync("the run has waited for the merge", () => merging.ScalarAsync<bool>(
            """
            SELECT EXISTS (
                SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '1 s')
            """, [], Cancel));
        await merge.CommitAsync(Cancel);

        await using var run = await beginning;
        Assert.InRange(run.ClockOffset, TimeSpan.FromSeconds(-0.3), TimeSpan.FromSeconds(0.3));
    }

    [Fact]
    public async Task Database_that_does_not_answer_is_waited_for_no_longer_than_for_other_statements()
    {
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        await using var frozen = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(proxy.ConnectionString)
        {
            CommandTimeout = 1,
            CancellationTimeout = -1,
            Pooling = false,
        });
        await using var connection = await frozen.OpenConnectionAsync(Cancel);
        proxy.BlackHole();
        try
        {
            await Assert.ThrowsAsync<NpgsqlException>(
                () => DatabaseTime.AheadAsync(connection, TimeProvider.System, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        }
        finally
        {
            // Whoever waits for ever would not let the connection be closed either.
            proxy.Heal();
        }
    }
}
