using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Inbox;

/// <summary>What a batch of events looks like once it is stored.</summary>
public sealed class InboxStatementTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ids_follow_the_order_of_arrival_and_duplicates_are_told_from_newcomers()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var statement = KeeperStack.Statement(source);

        var first = await statement.StoreAsync([Event(tenant, 9), Event(tenant, 3), Event(tenant, 9), Event(tenant, 7)], Cancel);
        var second = await statement.StoreAsync([Event(tenant, 3), Event(tenant, 1)], Cancel);

        Assert.Equal([KeepResult.Stored, KeepResult.Stored, KeepResult.Duplicate, KeepResult.Stored], first);
        Assert.Equal([KeepResult.Duplicate, KeepResult.Stored], second);
        Assert.Equal(["9", "3", "7", "1"], (await InboxRows.OfAsync(database, tenant, Cancel)).Select(e => e.ObjectKey));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Events_are_dated_by_the_databases_clock_whatever_the_hosts_says(int hoursOff)
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var clock = new JumpingClock { Off = TimeSpan.FromHours(hoursOff) };
        var now = clock.GetUtcNow();

        await KeeperStack.Statement(source, clock).StoreAsync(
            [
                Event(tenant, 1) with { ReceivedAt = now },
                Event(tenant, 2) with { ReceivedAt = now.AddMinutes(-20) }, // waited in the spool
                Event(tenant, 3) with { ReceivedAt = now.AddMinutes(20) }, // the clock was set back since
            ],
            Cancel);

        var stored = await InboxRows.OfAsync(database, tenant, Cancel);
        Assert.Equal([0, 20, 0], stored.Select(e => 2 * Math.Round((DateTimeOffset.UtcNow - e.ReceivedAt).TotalMinutes / 2)));
    }

    private static InboxEvent Event(TestTenant tenant, int number) => TestEvents.Make(tenant.Id, number);
}
