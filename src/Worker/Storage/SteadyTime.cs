using System.Runtime.CompilerServices;

namespace WeComSync.Worker.Storage;

/// <summary>
/// The time by which rows are dated until the difference to the database's is added: it begins as this host's clock says and goes on by
/// its steady counter, so that a clock which is set in between neither puts rows into the future nor before what they followed.
/// </summary>
internal static class SteadyTime
{
    private static readonly ConditionalWeakTable<TimeProvider, Origin> Origins = [];

    public static DateTimeOffset SteadyNow(this TimeProvider clock)
    {
        var origin = Origins.GetValue(clock, static c => new Origin(c.GetUtcNow(), c.GetTimestamp()));
        return origin.Time + clock.GetElapsedTime(origin.At);
    }

    private sealed record Origin(DateTimeOffset Time, long At);
}
