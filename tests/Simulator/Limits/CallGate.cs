namespace WeComSync.Simulator.Limits;

/// <summary>The limits of one endpoint for one company or one address.</summary>
internal sealed class CallGate
{
    private readonly Lock _gate = new();
    private readonly CallWindow _minute = new(TimeSpan.FromMinutes(1));
    private readonly CallWindow _hour = new(TimeSpan.FromHours(1));
    private readonly CallWindow _debug = new(TimeSpan.FromMinutes(1));
    private int _inFlight;

    /// <summary>Counts a call with <c>debug=1</c>.</summary>
    /// <returns>False: more than five in a minute.</returns>
    public bool TryDebug(DateTimeOffset now)
    {
        lock (_gate)
            return _debug.TryCount(5, now);
    }

    /// <returns>0 and the call is in: <see cref="Exit"/> must follow. Otherwise WeCom's code.</returns>
    public int TryEnter(RateLimits limits, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_minute.TryCount(limits.PerMinute, now) || !_hour.TryCount(limits.PerHour, now))
                return 45009;
            if (limits.Concurrent > 0 && _inFlight >= limits.Concurrent)
                return 45033;
            _inFlight++;
            return 0;
        }
    }

    public void Exit()
    {
        lock (_gate)
            _inFlight--;
    }
}
