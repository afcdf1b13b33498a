using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Tests.Callbacks;

public sealed class CallbackFaultTests(SharedHost shared) : IAsyncLifetime
{
    private Receiver _receiver = null!;
    private Corp _corp = null!;

    private CallbackChannel Callbacks => _corp.Callbacks;

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _corp = shared.Host.AddCorp(new CorpOptions());
        Callbacks.Settings = Callbacks.Settings with { Concurrency = 1, Timeout = TimeSpan.FromSeconds(30) };
        await _corp.SetCallbackAsync(_receiver.Target, verify: false, Caller.Cancel);
    }

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Dropped_events_are_never_sent_and_the_seed_decides_which()
    {
        Callbacks.Faults = new CallbackFaults { DropProbability = 0.5, Seed = 3 };
        await HireAsync("a", 40);
        Callbacks.Faults = new CallbackFaults { DropProbability = 0.5, Seed = 3 };
        await HireAsync("b", 40);

        var dropped = Callbacks.Log.Records(state: CallbackState.Dropped);
        Assert.InRange(dropped.Count, 20, 60);
        Assert.Equal(80 - dropped.Count, _receiver.Events.Count);
        Assert.Empty(Callbacks.Log.Digests(CallbackState.Dropped).Intersect(_receiver.Events.Select(received => received.Digest)));
        Assert.Equal(UserIds.Where(id => id[0] == 'a').Select(id => id[1..]), UserIds.Where(id => id[0] == 'b').Select(id => id[1..]));
        Assert.All(dropped, record => Assert.Empty(record.Tries));
    }

    [Fact]
    public async Task Duplicated_events_are_sent_twice_or_more_and_are_one_entry_of_the_log()
    {
        Callbacks.Faults = new CallbackFaults { DuplicateProbability = 1, MostCopies = 4 };
        await HireAsync("a", 30);

        var copies = _receiver.Events.GroupBy(received => received.Digest).Select(group => group.Count()).ToArray();
        Assert.Equal(30, copies.Length);
        Assert.Equal([2, 3, 4], copies.Distinct().Order());
        Assert.Equal(copies, Callbacks.Log.Records().Select(record => record.Copies));
        Assert.Equal(copies, Callbacks.Log.Records().Select(record => record.Tries.Count));
    }

    [Fact]
    public async Task Delayed_events_overtake_each_other()
    {
        Callbacks.Faults = new CallbackFaults { MostDelay = TimeSpan.FromMilliseconds(60) };
        await HireAsync("a", 12);

        Assert.Equal(Numbered("a", 12).Order(), UserIds.Order());
        Assert.NotEqual(Numbered("a", 12), UserIds);
    }

    [Fact]
    public async Task Reordered_events_are_shuffled_within_their_window_only()
    {
        Callbacks.Faults = new CallbackFaults { ReorderWindow = 10, LongestHold = TimeSpan.FromMinutes(5) };
        await HireAsync("a", 30);

        Assert.NotEqual(Numbered("a", 30), UserIds);
        Assert.All(Numbered("a", 30).Chunk(10).Zip(UserIds.Chunk(10)), windows => Assert.Equal(windows.First.Order(), windows.Second.Order()));
    }

    [Fact]
    public async Task A_burst_is_held_back_and_leaves_at_once_with_one_time()
    {
        Callbacks.Faults = new CallbackFaults { BurstSize = 5, LongestHold = TimeSpan.FromMinutes(5) };
        for (var i = 0; i < 4; i++)
            _corp.World.Hire($"a{i}", "a");
        await Until.TrueAsync(() => Callbacks.Unfinished == 4);
        Assert.Empty(_receiver.Events);

        _corp.World.Hire("a4", "a");
        await Callbacks.WhenIdleAsync(Caller.Cancel);

        Assert.Equal(5, _receiver.Events.Count);
        Assert.Single(_receiver.Events.Select(received => received.Field("CreateTime")).Distinct());
        Assert.Single(Callbacks.Log.Records().Select(record => record.CreateTime).Distinct());
        Assert.True(Callbacks.Log.Digests(CallbackState.Acknowledged).SetEquals(_receiver.Events.Select(received => received.Digest)));
    }

    [Fact]
    public async Task Gathered_events_leave_when_nothing_more_happens_or_when_they_are_let_go()
    {
        Callbacks.Faults = new CallbackFaults { BurstSize = 100, LongestHold = TimeSpan.FromMilliseconds(10) };
        await HireAsync("a", 3);
        Callbacks.Faults = new CallbackFaults { BurstSize = 100, LongestHold = TimeSpan.FromMinutes(5) };
        _corp.World.Hire("b", "b");
        Callbacks.Release();
        await Callbacks.WhenIdleAsync(Caller.Cancel);
        _corp.World.Hire("c", "c");
        Callbacks.Faults = new CallbackFaults();
        await Callbacks.WhenIdleAsync(Caller.Cancel);

        Assert.Equal(5, _receiver.Events.Count);
    }

    [Fact]
    public async Task Nothing_is_sent_while_paused_and_everything_afterwards()
    {
        Callbacks.Pause();
        for (var i = 0; i < 5; i++)
            _corp.World.Hire($"a{i}", "a");
        await Until.TrueAsync(() => Callbacks.Log.Records().Count == 5);
        Assert.True(Callbacks.IsPaused);
        Assert.Empty(_receiver.Events);

        Callbacks.Resume();
        await Callbacks.WhenIdleAsync(Caller.Cancel);

        Assert.Equal(Numbered("a", 5), UserIds);
    }

    [Fact]
    public void Impossible_faults_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Callbacks.Faults = new CallbackFaults { DropProbability = 1.1 });
        Assert.Throws<ArgumentException>(() => Callbacks.Faults = new CallbackFaults { LeastDelay = TimeSpan.FromSeconds(1) });
        Assert.Throws<ArgumentException>(() => Callbacks.Settings = new CallbackSettings { Concurrency = 0 });
    }

    private IEnumerable<string> UserIds => _receiver.Events.Select(received => received.Field("UserID"));

    private static IEnumerable<string> Numbered(string prefix, int count) => Enumerable.Range(0, count).Select(i => $"{prefix}{i}");

    private async Task HireAsync(string prefix, int people)
    {
        foreach (var userId in Numbered(prefix, people))
            _corp.World.Hire(userId, "x");
        await Callbacks.WhenIdleAsync(Caller.Cancel);
    }
}
