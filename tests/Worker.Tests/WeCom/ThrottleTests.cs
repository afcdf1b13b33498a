using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

public sealed class ThrottleTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string TooFrequent = """{"errcode":45009,"errmsg":"api freq out of limit","taglist":[]}""";
    private const string Tags = """{"errcode":0,"errmsg":"ok","taglist":[{"tagid":1}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Block_is_waited_out_for_a_minute_and_the_call_repeated()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("tag/list", TooFrequent, Tags);
        var clock = new ManualClock();
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var call = process.Client.ListTagsAsync(caller, Cancel);
        var wait = await clock.WaitOfAtLeastAsync(TimeSpan.FromSeconds(60));
        Assert.False(call.IsCompleted);
        Assert.InRange(wait, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(64));
        clock.Advance(wait);

        Assert.Single(await call);
        Assert.Equal(2, stub.Count("tag/list"));
        Assert.Contains("45009", process.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_refusal_in_a_row_is_longer_than_patience_and_says_so()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("tag/list", TooFrequent);
        var clock = new ManualClock();
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var call = process.Client.ListTagsAsync(caller, Cancel);
        clock.Advance(await clock.WaitOfAtLeastAsync(TimeSpan.FromSeconds(60)));
        var failure = await Assert.ThrowsAsync<WeComException>(() => call);

        Assert.Equal((45009, WeComErrorClass.Throttle), (failure.ErrCode, failure.Class));
        Assert.Contains("WeCom:ThrottlePatience", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, stub.Count("tag/list"));
    }

    [Fact]
    public async Task Blocked_API_is_not_called_again_before_the_block_ends_and_others_go_on()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("tag/list", TooFrequent, Tags);
        stub.Answer("user/get", """{"errcode":0,"userid":"a"}""");
        var clock = new ManualClock();
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock, ("WeCom:ThrottlePatience", "00:00:00"));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        var neighbour = await WeComProcess.AddTenantAsync(database, Channel.App);

        await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));
        clock.Advance(TimeSpan.FromSeconds(59));
        var remembered = await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));
        Assert.Equal((45009, WeComErrorClass.Throttle), (remembered.ErrCode, remembered.Class));
        Assert.Equal(1, stub.Count("tag/list"));

        Assert.Equal("a", (await process.Client.GetUserAsync(caller, "a", Cancel)).UserId);
        Assert.Single(await process.Client.ListTagsAsync(neighbour, Cancel));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await process.Client.ListTagsAsync(caller, Cancel));
    }

    [Fact]
    public async Task Banned_address_at_gettoken_is_waited_out_too()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer(
            "gettoken", """{"errcode":45009,"errmsg":"api freq out of limit"}""", """{"errcode":0,"access_token":"late","expires_in":7200}""");
        stub.Answer("tag/list", Tags);
        var clock = new ManualClock();
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var call = process.Client.ListTagsAsync(caller, Cancel);
        clock.Advance(await clock.WaitOfAtLeastAsync(TimeSpan.FromSeconds(60)));

        Assert.Single(await call);
        Assert.Equal("late", stub.Calls[^1].Token);
    }

    [Fact]
    public async Task Too_many_at_once_leads_to_fewer_at_once_and_all_succeed()
    {
        await using var stub = await WeComStub.StartAsync();
        var inFlight = 0;
        var refused = 0;
        var tooMany = new TaskCompletionSource();
        stub.On("user/get", async call =>
        {
            var mine = Interlocked.Increment(ref inFlight);
            if (mine > 2)
            {
                Interlocked.Increment(ref refused);
                tooMany.TrySetResult();
                Interlocked.Decrement(ref inFlight);
                await call.JsonAsync("""{"errcode":45033,"errmsg":"api concurrent out of limit"}""");
                return;
            }

            await tooMany.Task;
            Interlocked.Decrement(ref inFlight);
            await call.JsonAsync("""{"errcode":0,"userid":"a"}""");
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:CallsInFlight", "16"));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var users = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => process.Client.GetUserAsync(caller, "a", Cancel)));

        Assert.Equal(40, users.Length);
        Assert.InRange(refused, 1, 39);
    }

    [Fact]
    public async Task Too_many_at_once_for_longer_than_patience_is_said()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("tag/list", """{"errcode":45033,"errmsg":"api concurrent out of limit"}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:ThrottlePatience", "00:00:00.020"));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));

        Assert.Equal((45033, WeComErrorClass.Throttle), (failure.ErrCode, failure.Class));
        Assert.InRange(stub.Count("tag/list"), 2, 8);
    }

    [Fact]
    public async Task No_more_calls_than_allowed_are_in_flight()
    {
        await using var stub = await WeComStub.StartAsync();
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
            await call.JsonAsync("""{"errcode":0,"userid":"a"}""");
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:CallsInFlight", "3"));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var calls = Enumerable.Range(0, 20).Select(_ => process.Client.GetUserAsync(caller, "a", Cancel)).ToArray();
        for (var i = 0; i < 3; i++)
        {
            await arrived.WaitAsync(Cancel);
        }

        goOn.SetResult();
        await Task.WhenAll(calls);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Calls_beyond_the_budget_of_a_minute_wait_for_the_next()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("user/get", """{"errcode":0,"userid":"a"}""");
        var clock = new ManualClock();
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock, ("WeCom:CallsPerMinute", "2"));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await process.Client.GetUserAsync(caller, "a", Cancel);
        await process.Client.GetUserAsync(caller, "a", Cancel);

        var third = process.Client.GetUserAsync(caller, "a", Cancel);
        var wait = await clock.WaitOfAtLeastAsync(TimeSpan.FromSeconds(31));
        Assert.Equal(2, stub.Count("user/get"));
        Assert.InRange(wait, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(65.1));
        clock.Advance(wait);

        Assert.Equal("a", (await third).UserId);
    }

    [Fact]
    public async Task Abandoned_list_gives_its_place_back()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.On("user/list", async call =>
        {
            await call.SendAsync("""{"errcode":0,"userlist":[{"userid":"a"},""");
            await call.HangAsync();
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:CallsInFlight", "1"));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("a", (await process.Client.ListUsersAsync(caller, 1, false, Cancel).FirstAsync(Cancel)).UserId);
        }
    }
}
