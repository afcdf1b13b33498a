using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Callbacks;

public sealed class DeliveryTests(SharedHost shared) : IAsyncLifetime
{
    private Receiver _receiver = null!;
    private Corp _corp = null!;

    private CallbackChannel Callbacks => _corp.Callbacks;

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _corp = shared.Host.AddCorp(new CorpOptions());
        // One at a time and tries right after each other, so that what arrives is certain.
        Callbacks.Settings = Callbacks.Settings with { Concurrency = 1, RetryAfter = TimeSpan.Zero, CheckTimeout = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromSeconds(30) };
    }

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Theory]
    [InlineData(CallbackEnvelope.Xml)]
    [InlineData(CallbackEnvelope.Json)]
    public async Task What_happens_arrives_signed_encrypted_and_in_order_and_is_noted_as_acknowledged(CallbackEnvelope envelope)
    {
        await _corp.SetCallbackAsync(_receiver.Target with { Envelope = envelope }, Caller.Cancel);

        await HireAsync(20);

        Assert.All(_receiver.Events, received => Assert.Equal((true, _corp.Id, _corp.Id), (received.IsSigned, received.ReceiveId, received.Field("ToUserName"))));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"p{i}"), UserIds);
        Assert.Equal(_receiver.Events.Select(received => received.Text), Callbacks.Log.Records().Select(record => record.Xml));
        Assert.All(Callbacks.Log.Records(), record => Assert.Equal((CallbackState.Acknowledged, 200), (record.State, Assert.Single(record.Tries).Status)));
        Assert.True(Callbacks.Log.Digests(CallbackState.Acknowledged).SetEquals(_receiver.Events.Select(received => received.Digest)));
        Assert.Single(_receiver.Events.Select(received => received.Connection).Distinct());
    }

    [Fact]
    public async Task Nothing_is_told_before_a_target_is_entered_nor_after_it_is_taken_away()
    {
        await HireAsync(1);
        await _corp.SetCallbackAsync(_receiver.Target, Caller.Cancel);
        await _corp.SetCallbackAsync(null, verify: false, Caller.Cancel);
        _corp.World.Hire("later", "later");
        await Callbacks.WhenIdleAsync(Caller.Cancel);

        Assert.Empty(_receiver.Events);
        Assert.Empty(Callbacks.Log.Records());
    }

    [Theory]
    [InlineData(2, CallbackState.Acknowledged)]
    [InlineData(3, CallbackState.Lost)]
    public async Task Any_status_but_200_is_a_failure_and_there_are_three_tries(int failures, CallbackState state)
    {
        int[] statuses = [503, 204, 302];
        var tried = 0;
        await _corp.SetCallbackAsync(_receiver.Target, Caller.Cancel);
        _receiver.Answers = _ => Task.FromResult((tried < failures ? statuses[tried++] : 200, ""));

        await HireAsync(1);

        var record = Assert.Single(Callbacks.Log.Records());
        Assert.Equal(state, record.State);
        int?[] expected = [.. statuses.Take(failures), .. failures < 3 ? [200] : Array.Empty<int>()];
        Assert.Equal(expected.Select(status => (status, (string?)null)), record.Tries.Select(done => (done.Status, done.Failure)));
        Assert.Single(_receiver.Events.Select(received => received.Query).Distinct());
        Assert.True(record.FirstTryAt <= record.LastTryAt);
        Assert.Equal(state == CallbackState.Acknowledged ? 1 : 0, Callbacks.Log.Digests(CallbackState.Acknowledged).Count);
    }

    [Fact]
    public async Task A_try_may_have_an_encryption_of_its_own()
    {
        Callbacks.Settings = Callbacks.Settings with { SealsEachTry = true };
        await _corp.SetCallbackAsync(_receiver.Target, Caller.Cancel);
        _receiver.Answers = _ => Task.FromResult((500, ""));

        await HireAsync(1);

        Assert.Equal(3, _receiver.Events.Select(received => received.Query).Distinct().Count());
        Assert.Single(_receiver.Events.Select(received => received.Digest).Distinct());
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_a_failure_and_the_connection_is_cut()
    {
        await _corp.SetCallbackAsync(_receiver.Target, Caller.Cancel);
        Callbacks.Settings = Callbacks.Settings with { Timeout = TimeSpan.FromMilliseconds(200), Tries = 2 };
        var cut = new TaskCompletionSource();
        _receiver.Answers = async received =>
        {
            var aborted = new TaskCompletionSource();
            using var noticing = received.Aborted.Register(aborted.SetResult);
            await aborted.Task;
            cut.TrySetResult();
            return (200, "");
        };

        await HireAsync(1);

        await cut.Task.WaitAsync(Caller.Cancel);
        var record = Assert.Single(Callbacks.Log.Records());
        Assert.Equal(CallbackState.Lost, record.State);
        Assert.All(record.Tries, done => Assert.Equal((null, "timeout"), (done.Status, done.Failure)));
    }

    [Fact]
    public async Task An_unreachable_server_loses_events_and_says_why()
    {
        await _corp.SetCallbackAsync(_receiver.Target with { Url = "http://127.0.0.1:9/" }, verify: false, Caller.Cancel);

        await HireAsync(1);

        var record = Assert.Single(Callbacks.Log.Records());
        Assert.Equal((CallbackState.Lost, 3), (record.State, record.Tries.Count));
        Assert.All(record.Tries, done => Assert.False(string.IsNullOrEmpty(done.Failure)));
    }

    [Fact]
    public async Task Several_are_under_way_at_once_and_no_more_than_set()
    {
        Callbacks.Settings = Callbacks.Settings with { Concurrency = 3 };
        await _corp.SetCallbackAsync(_receiver.Target, Caller.Cancel);
        var full = new TaskCompletionSource();
        _receiver.Answers = async _ =>
        {
            if (_receiver.MostUnderWay >= 3)
                full.TrySetResult();
            await full.Task.WaitAsync(Caller.Cancel);
            return (200, "success");
        };

        await HireAsync(12);

        Assert.Equal(3, _receiver.MostUnderWay);
        Assert.Equal(12, _receiver.Events.Count);
    }

    [Fact]
    public async Task Many_who_leave_within_one_second_give_as_many_events_with_that_second()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions { Time = new StoppedClock() }, Caller.Cancel);
        var corp = host.AddCorp(new CorpOptions { People = 50 });
        await corp.SetCallbackAsync(_receiver.Target, verify: false, Caller.Cancel);
        foreach (var person in corp.World.People)
            corp.World.Leave(person.UserId);
        await corp.Callbacks.WhenIdleAsync(Caller.Cancel);

        Assert.Equal(50, _receiver.Events.Select(received => received.Digest).Distinct().Count());
        Assert.Single(_receiver.Events.Select(received => received.Field("CreateTime")).Distinct());
    }

    [Fact]
    public async Task The_url_is_checked_before_it_is_taken()
    {
        await _corp.SetCallbackAsync(_receiver.Target, Caller.Cancel);

        var check = Assert.Single(_receiver.Checks);
        Assert.True(check.IsSigned);
        Assert.Equal((19, _corp.Id), (check.Text.Length, check.ReceiveId));
        Assert.Equal(_receiver.Target, Callbacks.Target);
    }

    [Theory]
    [InlineData(403, "", "the answer had status 403")]
    [InlineData(200, "success", "the answer was not the decrypted echostr")]
    [InlineData(200, "\"ECHO\"", "there was something beside the plain message in the answer: no quotes, BOM or line break may be")]
    [InlineData(200, "\uFEFFECHO", "there was something beside the plain message in the answer: no quotes, BOM or line break may be")]
    [InlineData(200, "ECHO\n", "there was something beside the plain message in the answer: no quotes, BOM or line break may be")]
    public async Task A_url_that_does_not_verify_is_refused_with_the_reason(int status, string body, string reason)
    {
        _receiver.Answers = received => Task.FromResult((status, body.Replace("ECHO", received.Text, StringComparison.Ordinal)));

        var refused = await Assert.ThrowsAsync<WorldRuleException>(() => _corp.SetCallbackAsync(_receiver.Target, Caller.Cancel));

        Assert.Equal(40057, refused.ErrCode);
        Assert.Equal($"The callback URL of {_corp.Id} did not pass the check: {reason}.", refused.Message);
        Assert.Null(Callbacks.Target);
        await _corp.SetCallbackAsync(_receiver.Target, verify: false, Caller.Cancel);
        Assert.NotNull(Callbacks.Target);
    }

    [Theory]
    [InlineData("ftp://x/", Receiver.Token, Receiver.Key)]
    [InlineData("http://x/", "not a token", Receiver.Key)]
    [InlineData("http://x/", Receiver.Token, "short")]
    public async Task Settings_that_no_console_takes_are_refused_even_unverified(string url, string token, string key) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _corp.SetCallbackAsync(new CallbackTarget(url, token, key), verify: false, Caller.Cancel));

    private IEnumerable<string> UserIds => _receiver.Events.Select(received => received.Field("UserID"));

    private async Task HireAsync(int people)
    {
        for (var i = 0; i < people; i++)
            _corp.World.Hire($"p{i}", $"p{i}");
        await Callbacks.WhenIdleAsync(Caller.Cancel);
    }
}
