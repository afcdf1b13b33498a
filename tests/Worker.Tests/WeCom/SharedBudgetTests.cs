using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.Storage;
using WeComSync.Worker.WeCom.Limits;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>Calls that all worker processes on one database may make together.</summary>
public sealed class SharedBudgetTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string User = """{"errcode":0,"userid":"a"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_share_one_budget()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("user/get", User);
        var settings = ("WeCom:CallsPerMinute", "30");
        await using var one = WeComProcess.Start(database, stub.BaseUrl, null, settings);
        await using var other = WeComProcess.Start(database, stub.BaseUrl, null, settings);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var calls = new[] { one, other }.SelectMany(process => Enumerable.Range(0, 40).Select(_ => process.Client.GetUserAsync(caller, "a", stop.Token))).ToArray();
        await Eventually.TrueAsync("the budget is spent", () => Task.FromResult(stub.Count("user/get") >= 30));
        await Eventually.TrueAsync("the rest waits", () => Task.FromResult(one.Logs.Text.Contains("our own limit", StringComparison.Ordinal)
            && other.Logs.Text.Contains("our own limit", StringComparison.Ordinal)));
        await stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll(calls));

        Assert.Equal(30, stub.Count("user/get"));
    }

    [Fact]
    public async Task No_stretch_of_a_minute_holds_more_leased_calls_than_the_limit()
    {
        const int limit = 40;
        var clock = new ManualClock();
        using var budget = Budget(clock, limit);
        var random = new Random(3);
        var calls = new List<DateTimeOffset>();
        while (calls.Count < 300)
        {
            var wait = await budget.TakeAsync(Cancel);
            if (wait == TimeSpan.Zero)
            {
                calls.Add(clock.GetUtcNow());
                clock.Advance(TimeSpan.FromMilliseconds(random.Next(0, 700)));
            }
            else
            {
                Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(65.1));
                clock.Advance(wait);
            }
        }

        Assert.All(calls.Index(), call => Assert.InRange(
            calls.Skip(call.Index).TakeWhile(at => at < call.Item + TimeSpan.FromMinutes(1)).Count(), 1, limit));
        Assert.True(calls[^1] - calls[0] < TimeSpan.FromMinutes(300.0 / limit * 1.3), "the limit is used to less than three quarters");
    }

    [Fact]
    public async Task Clock_that_is_off_or_jumps_changes_no_lease()
    {
        var clock = new JumpingClock { Off = TimeSpan.FromMinutes(-2) };
        var time = new DatabaseTime(database.DataSource, clock);
        await time.LearnAsync(Cancel);
        var before = time.Now;
        clock.Off = TimeSpan.FromHours(1);

        Assert.InRange(time.Now - before, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        await using var ask = database.DataSource.CreateCommand("SELECT abs(extract(epoch FROM clock_timestamp() - $1)) < 30");
        ask.Parameters.AddWithValue(time.Now.UtcDateTime);
        Assert.Equal(true, await ask.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Small_companies_cost_no_statement()
    {
        var clock = new ManualClock();
        using var budget = Budget(clock, 8_000);

        for (var call = 0; call < 60; call++)
        {
            Assert.Equal(TimeSpan.Zero, await budget.TakeAsync(Cancel));
        }

        await using var count = database.DataSource.CreateCommand("SELECT count(*) FROM control.call_budgets WHERE scope = $1");
        count.Parameters.AddWithValue(budget.ToString()!);
        Assert.Equal(0L, await count.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Database_away_stops_no_call_that_has_a_lease_and_then_leaves_each_process_a_tenth()
    {
        var port = TcpForwarder.FreePort();
        var way = new TcpForwarder(port, database.ConnectionString);
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = port, Timeout = 2 };
        await using var dataSource = NpgsqlDataSource.Create(settings.ConnectionString);
        var clock = new ManualClock();
        using var budget = Budget(clock, 50, dataSource);
        // Leases grow: 1, 2, 4 calls.
        for (var call = 0; call < 4; call++)
        {
            Assert.Equal(TimeSpan.Zero, await budget.TakeAsync(Cancel));
        }

        await way.DisposeAsync();

        for (var call = 0; call < 3; call++)
        {
            Assert.Equal(TimeSpan.Zero, await budget.TakeAsync(Cancel));
        }

        var alone = 0;
        while (await budget.TakeAsync(Cancel) == TimeSpan.Zero)
        {
            alone++;
        }

        Assert.Equal(5, alone);
    }

    private CallBudget Budget(ManualClock clock, int perMinute, NpgsqlDataSource? dataSource = null)
    {
        var time = new DatabaseTime(dataSource ?? database.DataSource, clock);
        var store = new LimitStore(dataSource ?? database.DataSource, time, clock, NullLogger<LimitStore>.Instance);
        return new CallBudget($"corp:{Guid.NewGuid():N}", "user/get", perMinute, perMinute * 15, store, time, clock);
    }

}
