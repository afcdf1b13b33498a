namespace WeComSync.Worker.WeCom.Limits;

/// <summary>Everything that holds back the calls of one corp to one API.</summary>
internal sealed partial class ApiGate(
    string corpId, string endpoint, WeComOptions options, IReadOnlyList<CallWindow> windows, TimeProvider clock, ILogger<ApiGate> logger)
{
    /// <summary>How many throttle windows to wait after the first, second … 45009 in a row: WeCom does not say which limit was hit.</summary>
    private static readonly int[] Steps = [1, 5, 15, 60];

    private readonly Lock gate = new();
    private DateTimeOffset blockedUntil;
    private int step;

    public CallSlots Slots { get; } = new(options.CallsInFlight);

    /// <summary>How long WeCom's block, as far as we know it, still lasts.</summary>
    public TimeSpan BlockedFor
    {
        get
        {
            lock (gate)
            {
                var left = blockedUntil - clock.GetUtcNow();
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Waits until one more call stays within our limits.</summary>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.Throttle"/>: WeCom blocks this API for now; no call is made.</exception>
    public async Task<ApiPass> EnterAsync(CancellationToken ct)
    {
        ThrowIfBlocked();
        await Slots.EnterAsync(ct);
        try
        {
            foreach (var window in windows)
            {
                while (window.Take() is var wait && wait > TimeSpan.Zero)
                {
                    LogPaced(corpId, endpoint, wait);
                    await Task.Delay(wait, clock, ct);
                }
            }

            // Another call may have met the limit while this one waited.
            ThrowIfBlocked();
            return new ApiPass(this);
        }
        catch
        {
            Slots.Leave();
            throw;
        }
    }

    /// <summary>Learns from a refusal; other failures say nothing about limits.</summary>
    public void Refuse(WeComException refusal)
    {
        if (refusal.ErrCode == WeComErrors.TooManyAtOnce)
        {
            Slots.Halve();
        }
        else if (refusal.ErrCode == WeComErrors.TooFrequent)
        {
            lock (gate)
            {
                // The calls that were in flight together meet one limit: they count as one refusal.
                var now = clock.GetUtcNow();
                if (blockedUntil <= now)
                {
                    blockedUntil = now + (options.ThrottleWindow * Steps[Math.Min(step, Steps.Length - 1)]);
                    step++;
                }
            }
        }
    }

    public void AcceptOne()
    {
        Slots.AcceptOne();
        lock (gate)
        {
            step = 0;
        }
    }

    private void ThrowIfBlocked()
    {
        if (BlockedFor > TimeSpan.Zero)
        {
            throw WeComErrors.From(endpoint, WeComErrors.TooFrequent, "called too often a moment ago", null);
        }
    }

    [LoggerMessage(LogLevel.Information, "Corp {CorpId}: {Endpoint} was called as often as our own limit allows; waiting {Wait}")]
    private partial void LogPaced(string corpId, string endpoint, TimeSpan wait);
}
