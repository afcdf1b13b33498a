using System.Diagnostics.Metrics;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Hosting;

/// <summary>The figures of this host. Labels are outcomes and channels, never tenants: their number must not grow with the customers.</summary>
internal sealed class CallbackMetrics
{
    public const string MeterName = "WeComSync.Callbacks";

    private static readonly Dictionary<CallbackOutcome, string> Outcomes = Enum.GetValues<CallbackOutcome>().ToDictionary(o => o, EnumText.Of);
    private static readonly Dictionary<Channel, string> Channels = Enum.GetValues<Channel>().ToDictionary(c => c, EnumText.Of);

    private readonly Meter meter;
    private readonly Counter<long> requests;
    private readonly Histogram<double> duration;
    private readonly Histogram<int> batchSize;
    private readonly Histogram<double> commitTime;
    private readonly Counter<long> spooled;
    private readonly Counter<long> drained;
    private readonly Histogram<double> skew;

    public CallbackMetrics(IMeterFactory meters)
    {
        meter = meters.Create(MeterName);
        requests = meter.CreateCounter<long>("wecomsync_callbacks_requests", description: "Requests by channel and outcome");
        duration = meter.CreateHistogram(
            "wecomsync_callbacks_duration", "s", "From the first byte to the answer, by outcome", advice: Buckets(.001, .0025, .005, .01, .025, .05, .1, .25, .5, .7, 1, 2, 5));
        batchSize = meter.CreateHistogram(
            "wecomsync_callbacks_batch_size", "{event}", "Events in one transaction", advice: Buckets(1, 2, 4, 8, 16, 32, 64, 128, 256));
        commitTime = meter.CreateHistogram(
            "wecomsync_callbacks_commit_time", "s", "Time of one transaction", advice: Buckets(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, .7));
        spooled = meter.CreateCounter<long>("wecomsync_callbacks_spooled", "{event}", "Events kept in the spool");
        drained = meter.CreateCounter<long>("wecomsync_callbacks_drained", "{event}", "Events moved from the spool into the inbox");
        skew = meter.CreateHistogram(
            "wecomsync_callbacks_clock_skew", "s", "Our clock minus the request's signed timestamp", advice: Buckets(-60d, -5, -1, 0, 1, 5, 15, 60, 300));
    }

    public void Answered(Channel channel, CallbackOutcome outcome, TimeSpan elapsed)
    {
        requests.Add(1, new KeyValuePair<string, object?>("channel", Channels[channel]), new KeyValuePair<string, object?>("outcome", Outcomes[outcome]));
        duration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("outcome", Outcomes[outcome]));
    }

    public void Committed(int events, TimeSpan elapsed)
    {
        batchSize.Record(events);
        commitTime.Record(elapsed.TotalSeconds);
    }

    public void Spooled(int events) => spooled.Add(events);

    public void Drained(int events) => drained.Add(events);

    public void Skewed(double seconds) => skew.Record(seconds);

    public void Watch(string name, string unit, string description, Func<long> value) =>
        meter.CreateObservableGauge(name, value, unit, description);

    private static InstrumentAdvice<T> Buckets<T>(params T[] boundaries)
        where T : struct => new() { HistogramBucketBoundaries = boundaries };
}
