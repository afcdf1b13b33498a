using System.Net;
using WeComSync.Callbacks.Receiving;
using Xunit;

namespace WeComSync.Callbacks.Tests.Receiving;

public sealed class LimitTests
{
    private readonly ManualClock clock = new();

    [Fact]
    public void Source_is_over_its_limit_until_the_second_is_over()
    {
        var limit = new SourceLimit(clock);
        var source = IPAddress.Parse("192.0.2.1");
        for (var i = 0; i < 20; i++)
        {
            limit.Count(source);
            Assert.False(limit.IsOver(source));
        }

        limit.Count(source);
        Assert.True(limit.IsOver(source));
        Assert.True(limit.IsOver(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.False(limit.IsOver(IPAddress.Parse("192.0.2.2")));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(limit.IsOver(source));
    }

    [Fact]
    public void Addresses_of_one_ipv6_network_are_one_source()
    {
        var limit = new SourceLimit(clock);
        for (var i = 0; i <= 20; i++)
        {
            limit.Count(IPAddress.Parse($"2001:db8:0:1::{i + 1:x}"));
        }

        Assert.True(limit.IsOver(IPAddress.Parse("2001:db8:0:1:ffff::")));
        Assert.False(limit.IsOver(IPAddress.Parse("2001:db8:0:2::1")));
    }

    [Fact]
    public void One_line_a_second_stands_for_all()
    {
        var limit = new LineLimit();
        Assert.True(limit.TryTake(7, out var count));
        Assert.Equal(1, count);
        for (var i = 0; i < 41; i++)
        {
            Assert.False(limit.TryTake(7, out _));
        }

        Assert.True(limit.TryTake(8, out count));
        Assert.Equal(42, count);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long now = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(TimeSpan by) => now += by.Ticks;
    }
}
