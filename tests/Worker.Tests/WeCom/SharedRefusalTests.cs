using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.Storage;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Limits;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>What worker processes on one database learn together from what WeCom refused.</summary>
public sealed class SharedRefusalTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string TooFrequent = """{"errcode":45009,"errmsg":"api freq out of limit"}""";
    private const string User = """{"errcode":0,"userid":"a"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refusal_is_remembered_by_the_other_process_and_by_one_that_starts_later()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("tag/list", TooFrequent);
        var impatient = ("WeCom:ThrottlePatience", "00:00:00");
        await using var one = WeComProcess.Start(database, stub.BaseUrl, null, impatient);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        await Assert.ThrowsAsync<WeComException>(() => one.Client.ListTagsAsync(caller, Cancel));
        await using var other = WeComProcess.Start(database, stub.BaseUrl, null, impatient);
        var remembered = await Assert.ThrowsAsync<WeComException>(() => other.Client.ListTagsAsync(caller, Cancel));

        Assert.Equal((45009, WeComErrorClass.Throttle), (remembered.ErrCode, remembered.Class));
        Assert.Equal(1, stub.Count("tag/list"));
    }

    [Fact]
    public async Task Refusal_that_could_not_be_shared_is_not_lost_to_an_older_one()
    {
        await using var way = new TcpFaultProxy(database.ConnectionString);
        await using var dataSource = NpgsqlDataSource.Create(way.ConnectionString);
        var clock = new ManualClock();
        using var ours = Refusals(clock, dataSource);
        using var theirs = Refusals(clock, database.DataSource);
        var corp = Guid.NewGuid().ToString("N");
        var older = new Refusal(DateTimeOffset.UtcNow.AddMinutes(1), 1, 8);
        var newer = older with { BlockedUntil = older.BlockedUntil.AddMinutes(5), Step = 2 };
        await ours.RememberAsync(corp, "user/get", older, Cancel);

        way.Refuse();
        await ours.RememberAsync(corp, "user/get", newer, Cancel);
        await theirs.RememberAsync(corp, "tag/list", older, Cancel);
        way.Heal();
        clock.Advance(TimeSpan.FromSeconds(6));
        await ours.RefreshAsync(Cancel);

        Assert.NotNull(ours.Find(corp, "tag/list"));
        Assert.Equal(newer, ours.Find(corp, "user/get"));
    }

    [Fact]
    public async Task Concurrency_that_was_found_is_known_to_the_next_process()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("user/get", """{"errcode":45033,"errmsg":"api concurrent out of limit"}""", User);
        await using var one = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:CallsInFlight", "8"));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await one.Client.GetUserAsync(caller, "a", Cancel);

        var inFlight = 0;
        var most = 0;
        var arrived = new SemaphoreSlim(0);
        var goOn = new TaskCompletionSource();
        stub.On("user/get", async call =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inFlight));
            arrived.Release();
            await goOn.Task;
            Interlocked.Decrement(ref inFlight);
            await call.JsonAsync(User);
        });
        await using var other = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:CallsInFlight", "8"));
        var calls = Enumerable.Range(0, 20).Select(_ => other.Client.GetUserAsync(caller, "a", Cancel)).ToArray();
        for (var i = 0; i < 4; i++)
        {
            await arrived.WaitAsync(Cancel);
        }

        // Calls that end well find more room again, so what counts is how many come before any ends.
        Assert.False(await arrived.WaitAsync(TimeSpan.FromMilliseconds(300), Cancel));
        Assert.Equal(4, most);
        goOn.SetResult();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Refusals_of_one_tenant_leave_the_calls_of_another_as_they_were()
    {
        await using var stub = await WeComStub.StartAsync();
        var blocked = await WeComProcess.AddTenantAsync(database, Channel.App);
        var neighbour = await WeComProcess.AddTenantAsync(database, Channel.Contacts);
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:ThrottlePatience", "00:00:00"));
        string? refusedToken = null;
        stub.On("user/get", call => call.JsonAsync(call.Token == refusedToken ? TooFrequent : User));
        const int calls = 300;
        var alone = await PaceAsync(process, neighbour, calls);

        await process.Client.GetUserAsync(blocked, "a", Cancel);
        refusedToken = stub.Calls[^1].Token;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var trouble = TroubleAsync(process, blocked, stop.Token);
        var beside = await PaceAsync(process, neighbour, calls);
        await stop.CancelAsync();
        var (tries, sent) = (await trouble, stub.Calls.Count(call => call.Token == refusedToken && call.Path == "user/get"));

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{calls / alone.TotalSeconds:0} calls/s alone, {calls / beside.TotalSeconds:0} calls/s beside a tenant that is answered 45009 and tried {tries} times");
        Assert.Equal(2, sent); // the one before, and the one that was refused
        Assert.True(tries > 1);
    }

    [Fact]
    public async Task Wrong_secret_is_tried_once_by_two_processes()
    {
        await using var stub = await WeComStub.StartAsync();
        var goOn = new TaskCompletionSource();
        stub.On("gettoken", async call =>
        {
            await goOn.Task;
            await call.JsonAsync("""{"errcode":40001,"errmsg":"invalid credential"}""");
        });
        await using var one = WeComProcess.Start(database, stub.BaseUrl);
        await using var other = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var calls = new[] { one, other }.SelectMany(process => Enumerable.Range(0, 25).Select(_ => process.Client.ListTagsAsync(caller, Cancel))).ToArray();
        await Eventually.TrueAsync("one asks and the other process waits for it", async () =>
        {
            await using var waiting = database.DataSource.CreateCommand(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
            return stub.Count("gettoken") == 1 && (long)(await waiting.ExecuteScalarAsync(Cancel))! >= 1;
        });
        goOn.SetResult();

        foreach (var call in calls)
        {
            Assert.Equal(40001, (await Assert.ThrowsAsync<WeComException>(() => call)).ErrCode);
        }

        Assert.Equal(1, stub.Count("gettoken"));
    }

    private static async Task<TimeSpan> PaceAsync(WeComProcess process, WeComCaller caller, int calls)
    {
        var started = TimeProvider.System.GetTimestamp();
        await Parallel.ForAsync(0, calls, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel }, async (_, ct) =>
            await process.Client.GetUserAsync(caller, "a", ct));
        return TimeProvider.System.GetElapsedTime(started);
    }

    private static async Task<int> TroubleAsync(WeComProcess process, WeComCaller caller, CancellationToken stop)
    {
        var tries = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await process.Client.GetUserAsync(caller, "a", Cancel);
            }
            catch (WeComException refused) when (refused.Class == WeComErrorClass.Throttle)
            {
                tries++;
                await Task.Yield();
            }
        }

        return tries;
    }

    private static SharedRefusals Refusals(ManualClock clock, NpgsqlDataSource dataSource)
    {
        var time = new DatabaseTime(dataSource, clock);
        return new SharedRefusals(new LimitStore(dataSource, time, clock, NullLogger<LimitStore>.Instance), time, clock);
    }
}
