using Npgsql;
using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Inbox;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Inbox;

/// <summary>The promise of <see cref="InboxDrain"/>: no event is committed while nobody is going to look for it.</summary>
public sealed class DrainMarkerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Burst_makes_one_job_and_the_next_burst_after_the_drain_began_another()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var statement = KeeperStack.Statement(source);
        await statement.StoreAsync([Event(tenant, 1), Event(tenant, 2)], Cancel);
        await statement.StoreAsync([Event(tenant, 3)], Cancel);
        Assert.Equal(1, await InboxRows.CountJobsAsync(database, tenant, Cancel));

        await InboxJobs.BeginDrainAsync(source, tenant.Id, Cancel);
        await statement.StoreAsync([Event(tenant, 3)], Cancel);
        Assert.Equal(1, await InboxRows.CountJobsAsync(database, tenant, Cancel));
        await statement.StoreAsync([Event(tenant, 4)], Cancel);
        Assert.Equal(2, await InboxRows.CountJobsAsync(database, tenant, Cancel));
    }

    /// <summary>The dangerous order: the event is stored but not committed, the marker is set already, and the drain begins now.</summary>
    [Fact]
    public async Task Drain_that_begins_while_an_event_is_being_stored_sees_it()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var statement = KeeperStack.Statement(source);
        await statement.StoreAsync([Event(tenant, 1)], Cancel);

        await using var storing = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await storing.BeginTransactionAsync(Cancel);
        await StoreAsync(storing, tenant, 2);
        var drain = DrainAsync(source, tenant);
        await Eventually.TrueAsync("the drain waits for the storing transaction", () => database.HasLockWaitAsync(Cancel));
        await transaction.CommitAsync(Cancel);

        Assert.Equal(2, await drain);
    }

    [Fact]
    public async Task Event_that_is_committed_after_the_drain_looked_makes_a_new_job()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        await using var storing = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await storing.BeginTransactionAsync(Cancel);
        // The event's row is there, its marker is not touched yet: the middle of our statement.
        await using (var insert = new NpgsqlCommand(
            "INSERT INTO control.callback_events (tenant_id, channel, digest, received_at, event) VALUES ($1, 'contacts', '\\x01', now(), 'e')", storing))
        {
            insert.Parameters.Add(new() { Value = tenant.Id });
            await insert.ExecuteNonQueryAsync(Cancel);
        }

        Assert.Equal(0, await DrainAsync(source, tenant));
        await StoreAsync(storing, tenant, 2);
        await transaction.CommitAsync(Cancel);

        Assert.Equal(1, await InboxRows.CountJobsAsync(database, tenant, Cancel));
        Assert.Equal(2, await DrainAsync(source, tenant));
    }

    /// <summary>Any interleaving: whoever drains to the end after the last job leaves nothing behind.</summary>
    [Fact]
    public async Task Every_event_of_two_hosts_is_seen_by_a_drain_that_a_job_asked_for()
    {
        const int EventsPerHost = 400;
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var first = InboxDataSource.Create(database.ConnectionString);
        await using var second = InboxDataSource.Create(database.ConnectionString);
        var hosts = new[] { first, second }.Select((source, host) => Task.Run(async () =>
        {
            var statement = KeeperStack.Statement(source);
            for (var i = 0; i < EventsPerHost; i += 2)
            {
                await statement.StoreAsync([Event(tenant, (host * EventsPerHost) + i), Event(tenant, (host * EventsPerHost) + i + 1)], Cancel);
            }
        })).ToArray();
        var stored = Task.WhenAll(hosts);

        var taken = 0L;
        var jobs = 0L;
        while (!stored.IsCompleted || jobs < await InboxRows.CountJobsAsync(database, tenant, Cancel))
        {
            if (jobs < await InboxRows.CountJobsAsync(database, tenant, Cancel))
            {
                jobs++;
                taken += await DrainAsync(database.DataSource, tenant);
            }
        }

        await stored;
        Assert.Equal(2 * EventsPerHost, taken);
        Assert.InRange(jobs, 1, 2 * EventsPerHost);
    }

    [Fact]
    public async Task Job_that_never_began_is_replaced_after_a_minute()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var statement = KeeperStack.Statement(source);
        await statement.StoreAsync([Event(tenant, 1)], Cancel);
        await using (var age = database.DataSource.CreateCommand("UPDATE control.inbox_drains SET queued_at = now() - $2 WHERE tenant_id = $1"))
        {
            age.Parameters.Add(new() { Value = tenant.Id });
            age.Parameters.Add(new() { Value = InboxJobs.MarkerLife + TimeSpan.FromSeconds(1) });
            await age.ExecuteNonQueryAsync(Cancel);
        }

        await statement.StoreAsync([Event(tenant, 2)], Cancel);
        Assert.Equal(2, await InboxRows.CountJobsAsync(database, tenant, Cancel));
    }

    [Fact]
    public async Task Two_hosts_that_store_the_same_events_in_different_orders_do_not_deadlock()
    {
        var tenants = new List<TestTenant>();
        for (var i = 0; i < 5; i++)
        {
            tenants.Add(await TestTenant.AddAsync(database, Cancel));
        }

        await using var source = InboxDataSource.Create(database.ConnectionString);
        var statement = KeeperStack.Statement(source);
        for (var round = 0; round < 30; round++)
        {
            var events = Enumerable.Range(0, 100).Select(i => Event(tenants[i % tenants.Count], (round * 1000) + i)).ToList();
            var fresh = await Task.WhenAll(
                statement.StoreAsync(events, Cancel),
                statement.StoreAsync(Enumerable.Reverse(events).ToList(), Cancel));
            Assert.Equal(100, fresh.Sum(results => results.Count(result => result == KeepResult.Stored)));
        }
    }

    private static InboxEvent Event(TestTenant tenant, int number) => TestEvents.Make(tenant.Id, number);

    private static async Task StoreAsync(NpgsqlConnection connection, TestTenant tenant, int number)
    {
        await using var command = InboxStatement.Create(connection, [Event(tenant, number)], DateTimeOffset.UtcNow);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>What the worker does: first the marker, then the look.</summary>
    private static async Task<long> DrainAsync(NpgsqlDataSource source, TestTenant tenant)
    {
        await InboxJobs.BeginDrainAsync(source, tenant.Id, Cancel);
        await using var take = source.CreateCommand(
            "WITH taken AS (UPDATE control.callback_events SET state = 'applied' WHERE tenant_id = $1 AND state = 'waiting' RETURNING 1) SELECT count(*) FROM taken");
        take.Parameters.Add(new() { Value = tenant.Id });
        return (long)(await take.ExecuteScalarAsync(Cancel))!;
    }
}
