using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Storage;
using Xunit;

namespace WeComSync.Worker.Tests.Storage;

public sealed class DatabaseWaitTests
{
    [Fact]
    public async Task Waiting_ends_after_a_minute_and_says_what_to_do()
    {
        var port = TcpForwarder.FreePort();
        await using var nowhere = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=nobody;Password=s3cret");
        var clock = new SkippingClock();

        var real = Stopwatch.StartNew();
        var failed = await Assert.ThrowsAsync<CommandFailedException>(
            () => new DatabaseWait(nowhere, clock, NullLogger<DatabaseWait>.Instance).RunAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith($"PostgreSQL at 127.0.0.1:{port} did not answer for 60 s", failed.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:WeComSync", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failed.Message, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, DatabaseWait.Limit, DatabaseWait.Limit + TimeSpan.FromSeconds(1));
        Assert.InRange(real.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    /// <summary>Every delay is over at once, and the time it asked for has passed.</summary>
    private sealed class SkippingClock : TimeProvider
    {
        private long ticks;

        public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref ticks));

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref ticks, dueTime.Ticks);
            return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
