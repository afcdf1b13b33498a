using System.Diagnostics;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Inbox;

/// <summary>F5: a slow PostgreSQL is used as long as it keeps the deadline, and left alone, without flapping, when it does not.</summary>
public sealed class SlowDatabaseTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Within_the_deadline_everything_goes_to_the_inbox()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        await using var stack = await KeeperStack.StartAsync(proxy.ConnectionString, await KeeperStack.SecretsAsync(database, Cancel), Cancel);
        await WarmAsync(stack, tenant);
        proxy.Delay = TimeSpan.FromMilliseconds(150);

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, i))));

        Assert.All(results, result => Assert.Equal(KeepResult.Stored, result));
        Assert.True(stack.IsCalm);
        Assert.Equal(200, await InboxRows.CountAsync(database, tenant, Cancel) - 3);
    }

    [Fact]
    public async Task Beyond_the_deadline_events_are_spooled_at_once_until_it_is_fast_again()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        await using var stack = await KeeperStack.StartAsync(proxy.ConnectionString, await KeeperStack.SecretsAsync(database, Cancel), Cancel);
        await WarmAsync(stack, tenant);
        proxy.Delay = TimeSpan.FromSeconds(1);
        Assert.Equal(KeepResult.Stored, await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, 0)));
        // The event's own deadline and its batch's end at the same moment; either may be first.
        await Eventually.TrueAsync("the breaker opens", () => stack.Breaker.IsOpen);
        await stack.StartDrainAsync(Cancel);

        for (var i = 1; i <= 20; i++)
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal(KeepResult.Stored, await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, i)));
            Assert.True(clock.Elapsed < InboxWriter.Deadline, $"{clock.Elapsed}");
            // The drain gets through, slowly: no reason to send requests there again.
            Assert.True(stack.Breaker.IsOpen);
        }

        await Eventually.TrueAsync("the drain moved all", () => stack.Folder.Count == 0);
        Assert.True(stack.Breaker.IsOpen);
        proxy.Delay = TimeSpan.Zero;
        await Eventually.TrueAsync("the breaker closes", () => !stack.Breaker.IsOpen);
        Assert.Equal(21, await InboxRows.CountAsync(database, tenant, Cancel) - 3);
    }

    [Fact]
    public async Task Event_that_postgresql_refuses_is_set_aside_and_its_neighbours_are_stored()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var stack = await KeeperStack.StartAsync(
            database.ConnectionString, await KeeperStack.SecretsAsync(database, Cancel), Cancel);
        var events = Enumerable.Range(0, 50).Select(i => TestEvents.Make(tenant.Id, i)).ToList();
        // The reader lets no zero byte pass; should anything like it, it must hurt nobody else.
        events[25] = events[25] with { Event = "\0" };

        var results = await Task.WhenAll(events.Select(stack.Keeper.KeepAsync));
        Assert.All(results, result => Assert.Equal(KeepResult.Stored, result));
        await stack.StartDrainAsync(Cancel);
        await Eventually.TrueAsync("the spool is empty", () => stack.Folder.Count == 0);

        Assert.Equal(49, await InboxRows.CountAsync(database, tenant, Cancel));
        Assert.Equal(1, stack.Folder.AsideCount);
        Assert.False(stack.Breaker.IsOpen);
    }

    private static async Task WarmAsync(KeeperStack stack, TestTenant tenant)
    {
        for (var i = -3; i < 0; i++)
        {
            await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, i));
        }
    }
}
