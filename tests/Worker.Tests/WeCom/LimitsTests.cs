using WeComSync.Worker.WeCom.Limits;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

public sealed class LimitsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(7)]
    [InlineData(100)]
    public void No_stretch_of_a_minute_holds_more_calls_than_the_limit(int limit)
    {
        var clock = new ManualClock();
        var window = new CallWindow(limit, TimeSpan.FromMinutes(1), clock);
        var random = new Random(1);
        var calls = new List<DateTimeOffset>();

        while (calls.Count < 1000)
        {
            var wait = window.Take();
            if (wait == TimeSpan.Zero)
            {
                calls.Add(clock.GetUtcNow());
                clock.Advance(TimeSpan.FromMilliseconds(random.Next(0, 1500)));
            }
            else
            {
                Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(65));
                clock.Advance(wait);
            }
        }

        Assert.All(calls.Index(), call => Assert.InRange(
            calls.Skip(call.Index).TakeWhile(at => at < call.Item + TimeSpan.FromMinutes(1)).Count(), 1, limit));
        Assert.True(calls[^1] - calls[0] < TimeSpan.FromMinutes(1000.0 / limit * 1.3) + TimeSpan.FromMinutes(15), "the limit is used to less than three quarters");
    }

    [Fact]
    public void Long_pause_frees_everything()
    {
        var clock = new ManualClock();
        var window = new CallWindow(2, TimeSpan.FromMinutes(1), clock);
        window.Take();
        window.Take();
        Assert.NotEqual(TimeSpan.Zero, window.Take());

        clock.Advance(TimeSpan.FromHours(5));

        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero], [window.Take(), window.Take()]);
        Assert.NotEqual(TimeSpan.Zero, window.Take());
    }

    [Fact]
    public async Task Slots_are_halved_by_refusals_and_grow_again_with_good_answers()
    {
        var slots = new CallSlots(8);
        slots.Halve();
        slots.Halve();
        Assert.Equal(2, slots.Open);
        slots.Halve();
        slots.Halve();
        Assert.Equal(1, slots.Open);

        await slots.EnterAsync(Cancel);
        var waiting = slots.EnterAsync(Cancel);
        Assert.False(waiting.IsCompleted);
        for (var i = 0; i < 50; i++)
        {
            slots.AcceptOne();
        }

        await waiting;
        Assert.Equal(2, slots.Open);
    }

    [Fact]
    public async Task Whoever_stops_waiting_takes_no_slot()
    {
        var slots = new CallSlots(1);
        await slots.EnterAsync(Cancel);
        using var stop = new CancellationTokenSource();
        var impatient = slots.EnterAsync(stop.Token);
        var patient = slots.EnterAsync(Cancel);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        slots.Leave();

        await patient;
    }
}
