using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Inbox;
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

    /// <summary>WeCom's time has seconds: after the reading, the same bytes may tell of something that happened later.</summary>
    [Theory]
    [InlineData("waiting", false, false)]
    [InlineData("failed", false, false)]
    [InlineData("waiting", true, true)]
    [InlineData("failed", true, true)]
    [InlineData("applied", false, true)]
    [InlineData("superseded", false, true)]
    [InlineData("ignored", false, true)]
    [InlineData("parked", false, true)]
    public async Task Twin_of_an_event_that_was_read_for_is_due_again_once_and_has_a_job(string state, bool claimed, bool isDue)
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var statement = KeeperStack.Statement(source);
        await statement.StoreAsync([Event(tenant, 1)], Cancel);
        await InboxJobs.BeginDrainAsync(source, tenant.Id, Cancel);
        await SetAsync(tenant, $"state = '{state}', claimed_by = {(claimed ? "'worker'" : "NULL")}");
        var before = (await InboxRows.OfAsync(database, tenant, Cancel)).Single();

        var results = await statement.StoreAsync([Event(tenant, 1), Event(tenant, 2), Event(tenant, 1)], Cancel);

        Assert.Equal([isDue ? KeepResult.Stored : KeepResult.Duplicate, KeepResult.Stored, KeepResult.Duplicate], results);
        Assert.Equal(KeepResult.Duplicate, (await statement.StoreAsync([Event(tenant, 1)], Cancel)).Single());
        var rows = await InboxRows.OfAsync(database, tenant, Cancel);
        Assert.Equal(isDue ? ["1 0", "1 1", "2 0"] : ["1 0", "2 0"], rows.Select(e => $"{e.ObjectKey} {e.Occurrence}"));
        Assert.Equivalent(before, rows[0], strict: true);
        Assert.All(rows.Skip(1), e => Assert.Equal((EventState.Waiting, null, 0), (e.State, e.ClaimedBy, e.Tries)));
        Assert.Equal(2, await InboxRows.CountJobsAsync(database, tenant, Cancel));
    }

    [Fact]
    public async Task Third_of_the_same_bytes_is_due_when_the_second_was_read_for_too()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var statement = KeeperStack.Statement(source);
        for (var fact = 0; fact < 3; fact++)
        {
            Assert.Equal([KeepResult.Stored, KeepResult.Duplicate], await statement.StoreAsync([Event(tenant, 1), Event(tenant, 1)], Cancel));
            await SetAsync(tenant, "state = 'applied'");
        }

        Assert.Equal([0, 1, 2], (await InboxRows.OfAsync(database, tenant, Cancel)).Select(e => e.Occurrence));
    }

    /// <summary>WeCom repeats itself for seconds; whoever kept a copy must not make work with it for ever. A welcome code is given once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Copy_of_an_old_event_or_of_one_with_a_welcome_code_is_a_duplicate(bool old)
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var source = InboxDataSource.Create(database.ConnectionString);
        var statement = KeeperStack.Statement(source);
        var told = Event(tenant, 1) with { WelcomeCode = old ? null : "code" };
        await statement.StoreAsync([told], Cancel);
        await SetAsync(tenant, $"state = 'applied', welcome_code = NULL{(old ? ", received_at = received_at - interval '61 minutes'" : "")}");

        Assert.Equal([KeepResult.Duplicate], await statement.StoreAsync([told], Cancel));
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

    private async Task SetAsync(TestTenant tenant, string what)
    {
        await using var set = database.DataSource.CreateCommand($"UPDATE control.callback_events SET {what} WHERE tenant_id = $1");
        set.Parameters.AddWithValue(tenant.Id);
        await set.ExecuteNonQueryAsync(Cancel);
    }

    private static InboxEvent Event(TestTenant tenant, int number) => TestEvents.Make(tenant.Id, number);
}
