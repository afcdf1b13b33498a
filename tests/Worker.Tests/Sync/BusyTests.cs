using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>A neighbour that holds a lock delays a sync and never fails it, also one that has no run to show.</summary>
public sealed class BusyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 6, Departments = 3, Seed = 43, Customers = new CustomerOptions { Count = 10, Relations = 12, TagGroups = 1 },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Incremental_sync_that_has_committed_does_not_fail_because_somebody_holds_the_customers()
    {
        await using var harness = await StartAsync();
        harness.World.Hire("newcomer", "新人", 1);
        await using var held = await HoldAsync(harness, MirrorPart.Customers);

        Assert.Equal(SyncOutcome.Finished, await RunAsync(harness, SyncKind.Incremental));

        await harness.AssertMirrorIsTrueAsync(new TruthView { Customers = true });
        Assert.Equal(["done"], await harness.ScalarAsync<string[]>(
            "SELECT array_agg(state::text) FROM control.sync_runs WHERE tenant_id = $1 AND kind = 'incremental'"));
    }

    [Theory]
    [InlineData(SyncKind.Full, MirrorPart.Directory)]
    [InlineData(SyncKind.Incremental, MirrorPart.Directory)]
    [InlineData(SyncKind.Customers, MirrorPart.Customers)]
    public async Task Sync_whose_half_somebody_holds_is_busy_and_tried_again(SyncKind kind, MirrorPart part)
    {
        await using var harness = await StartAsync();
        await using (await HoldAsync(harness, part))
        {
            Assert.Equal(SyncOutcome.Busy, await RunAsync(harness, kind));
        }

        Assert.Equal(SyncOutcome.Finished, await RunAsync(harness, kind));
    }

    [Fact]
    public async Task Object_that_was_written_waits_for_its_turn_without_a_failure()
    {
        await using var harness = await StartAsync();
        var person = harness.World.PersonAt(0).UserId;
        var job = new ObjectSyncJob(harness.Services.GetRequiredService<SyncRunner>());
        await using (await HoldAsync(harness, MirrorPart.Directory))
        {
            Assert.Equal(SyncJob.Busy, await job.RunAsync(harness.Tenant.Id, "user", person, deleted: false, Cancel));
        }

        Assert.Equal("done", await job.RunAsync(harness.Tenant.Id, "user", person, deleted: false, Cancel));
    }

    /// <summary>One meaning of "incremental", whoever asks: the schedule, a person at the command line.</summary>
    [Theory]
    [InlineData(SyncTrigger.Schedule, true)]
    [InlineData(SyncTrigger.Command, true)]
    [InlineData(SyncTrigger.Console, true)]
    [InlineData(SyncTrigger.Event, false)]
    public async Task Incremental_sync_looks_at_customers_too_unless_it_stands_for_events_of_the_directory(SyncTrigger trigger, bool looks)
    {
        await using var harness = await StartAsync();
        var added = harness.Corp.Customers.Add(harness.World.PersonAt(0).UserId);

        var report = await harness.RunAsync(SyncKind.Incremental, new SyncRequest { Trigger = trigger });

        Assert.Equal((RunState.Done, looks ? RunState.Done : null), (report.State, report.Customers?.State));
        Assert.Equal(looks ? ["customers", "directory"] : ["directory"], await harness.ScalarAsync<string[]>(
            "SELECT array_agg(part::text ORDER BY part::text) FROM control.sync_runs WHERE tenant_id = $1 AND kind = 'incremental' AND state = 'done'"));
        Assert.Equal(looks ? 1L : 0L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND external_user_id = $2 AND removed_at IS NULL", added.ExternalUserId));
    }

    private static Task<SyncOutcome> RunAsync(SyncHarness harness, SyncKind kind) =>
        harness.Services.GetRequiredService<ISyncRunner>().RunAsync(harness.Tenant.Id, kind, SyncTrigger.Schedule, Cancel);

    /// <summary>What a process does between taking the lock and opening its run; here it stays so.</summary>
    private async Task<NpgsqlConnection> HoldAsync(SyncHarness harness, MirrorPart part)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var take = new NpgsqlCommand("SELECT pg_advisory_lock($1, $2)", connection);
        take.Parameters.AddWithValue(AdvisoryLocks.Run(part));
        take.Parameters.AddWithValue((int)harness.Tenant.Id);
        await take.ExecuteNonQueryAsync(Cancel);
        return connection;
    }

    private async Task<SyncHarness> StartAsync()
    {
        var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        await harness.MirrorCustomersAsync();
        return harness;
    }
}
