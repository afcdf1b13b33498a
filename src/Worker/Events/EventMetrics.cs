using System.Diagnostics.Metrics;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Events;

/// <summary>The figures of applying events. Only the backlog names tenants, and only the longest.</summary>
internal sealed class EventMetrics
{
    public const string MeterName = "WeComSync.Worker";

    private readonly Histogram<double> lag;
    private readonly Counter<long> ended;
    private volatile IReadOnlyList<(long TenantId, long Waiting)> backlogs = [];
    private long waiting;

    public EventMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        lag = meter.CreateHistogram(
            "wecomsync_events_lag", "s", "From the event's receipt to its commit in the mirror",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.05, .1, .2, .3, .5, 1, 1.5, 3, 10, 30, 60, 300, 3600] });
        ended = meter.CreateCounter<long>("wecomsync_events_ended", "{event}", "Events by what became of them");
        meter.CreateObservableGauge("wecomsync_events_waiting", () => Interlocked.Read(ref waiting), "{event}", "Events that wait, of all tenants");
        meter.CreateObservableGauge(
            "wecomsync_events_backlog",
            () => backlogs.Select(b => new Measurement<long>(b.Waiting, new KeyValuePair<string, object?>("tenant", b.TenantId))),
            "{event}",
            "Events that wait, of the tenants with the most");
    }

    public void Applied(IEnumerable<TimeSpan> lags, int count)
    {
        foreach (var one in lags)
        {
            lag.Record(one.TotalSeconds);
        }

        Count(EventState.Applied, count);
    }

    public void Count(EventState state, int count)
    {
        if (count > 0)
        {
            ended.Add(count, new KeyValuePair<string, object?>("state", EnumText.Of(state)));
        }
    }

    /// <param name="total">Of all tenants.</param>
    /// <param name="longest">A few tenants.</param>
    public void Backlog(long total, IReadOnlyList<(long TenantId, long Waiting)> longest)
    {
        Interlocked.Exchange(ref waiting, total);
        backlogs = longest;
    }
}
