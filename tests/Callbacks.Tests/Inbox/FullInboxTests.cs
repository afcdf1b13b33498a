using System.Net;
using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Inbox;

/// <summary>TE 36: a tenant of whom too many events wait fills no disk; what came meanwhile is noted.</summary>
public sealed class FullInboxTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Full_inbox_takes_notes_instead_of_events_until_it_has_room_and_its_neighbours_notice_nothing()
    {
        var flooded = await TestTenant.AddAsync(database, Cancel);
        var neighbour = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var full = new FullInboxes(source, 10);
        var statement = new InboxStatement(source, full, TimeProvider.System);

        await statement.StoreAsync([.. Enumerable.Range(0, 9).Select(i => TestEvents.Make(flooded.Id, i))], Cancel);
        Assert.DoesNotContain(flooded.Id, await full.LookAsync(Cancel));
        await statement.StoreAsync([TestEvents.Make(flooded.Id, 9)], Cancel);
        Assert.Contains(flooded.Id, await full.LookAsync(Cancel));
        Assert.Empty(await full.LookAsync(Cancel));

        var results = await statement.StoreAsync(
            [TestEvents.Make(flooded.Id, 10), TestEvents.Make(neighbour.Id, 1), TestEvents.Make(flooded.Id, 11), TestEvents.Make(neighbour.Id, 1), TestEvents.Make(neighbour.Id, 2)],
            Cancel);
        Assert.Equal([KeepResult.Overflowed, KeepResult.Stored, KeepResult.Overflowed, KeepResult.Duplicate, KeepResult.Stored], results);
        Assert.Equal((10, 2), (await InboxRows.CountAsync(database, flooded, Cancel), await InboxRows.CountAsync(database, neighbour, Cancel)));
        Assert.Equal((2, 0), (await NotedAsync(flooded), await NotedAsync(neighbour)));

        await InboxRows.ScalarAsync(
            database, "WITH done AS (UPDATE control.callback_events SET state = 'applied' WHERE tenant_id = $1 RETURNING 1) SELECT count(*) FROM done", Cancel, flooded.Id);
        Assert.Empty(await full.LookAsync(Cancel));
        Assert.Equal([KeepResult.Stored], await statement.StoreAsync([TestEvents.Make(flooded.Id, 12)], Cancel));
    }

    [Fact]
    public async Task Host_finds_out_by_itself_and_goes_on_to_acknowledge()
    {
        const int Limit = 1_000;
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await InboxRows.ScalarAsync(
            database,
            """
            WITH made AS (
                INSERT INTO control.callback_events (tenant_id, channel, digest, received_at, event, payload)
                SELECT $1, 'contacts', sha256(n::text::bytea), now(), 'change_contact', '' FROM generate_series(1, 1000) n RETURNING 1)
            SELECT count(*) FROM made
            """,
            Cancel,
            tenant.Id);
        await using var host = await TestHost.StartAsync(database.ConnectionString, settings: $"--Callbacks:MostWaiting={Limit}");

        var sent = 0;
        await Eventually.TrueAsync("the host keeps no more", async () =>
        {
            Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(++sent)), Cancel));
            return await NotedAsync(tenant) > 0;
        });
        await InboxRows.AssertCountAsync(database, tenant, Limit + sent - 1, Cancel);
    }

    private Task<long> NotedAsync(TestTenant tenant) => InboxRows.ScalarAsync(
        database, "SELECT COALESCE(sum(overflowed), 0)::bigint FROM control.inbox_drains WHERE tenant_id = $1 AND overflowed_at IS NOT NULL", Cancel, tenant.Id);
}
