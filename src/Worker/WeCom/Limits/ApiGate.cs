using WeComSync.Worker.Storage;

namespace WeComSync.Worker.WeCom.Limits;

/// <summary>Everything that holds back the calls of one corp to one API.</summary>
internal sealed partial class ApiGate(
    string corpId, string endpoint, WeComOptions options, IReadOnlyList<CallBudget> budgets, SharedRefusals refusals, DatabaseTime time,
    TimeProvider clock, ILogger<ApiGate> logger)
{
    /// <summary>How many throttle windows to wait after the first, second … 45009 in a row: WeCom does not say which limit was hit.</summary>
    private static readonly int[] Steps = [1, 5, 15, 60];

    private readonly Lock gate = new();
    private bool acceptedSince;

    /// <summary>Made by the first call, after the look at what other processes found.</summary>
    private readonly Lazy<CallSlots> slots = new(() => new CallSlots(options.CallsInFlight, refusals.Find(corpId, endpoint)?.Slots));

    public CallSlots Slots => slots.Value;

    /// <summary>How long WeCom's block, as far as any process knows it, still lasts.</summary>
    public TimeSpan BlockedFor =>
        refusals.Find(corpId, endpoint) is { } refusal && refusal.BlockedUntil - time.Now is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Waits until one more call stays within our limits.</summary>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.Throttle"/>: WeCom blocks this API for now; no call is made.</exception>
    public async Task<ApiPass> EnterAsync(CancellationToken ct)
    {
        await refusals.RefreshAsync(ct);
        ThrowIfBlocked();
        await Slots.EnterAsync(ct);
        try
        {
            foreach (var budget in budgets)
            {
                while (await budget.TakeAsync(ct) is var wait && wait > TimeSpan.Zero)
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

    /// <summary>Learns from a refusal and tells the other processes; other failures say nothing about limits.</summary>
    public async Task RefuseAsync(WeComException refusal, CancellationToken ct)
    {
        if (refusal.ErrCode is WeComErrors.TooManyAtOnce or WeComErrors.TooFrequent && Judge(refusal.ErrCode.Value) is { } learned)
        {
            await refusals.RememberAsync(corpId, endpoint, learned, ct);
        }
    }

    public void AcceptOne()
    {
        Slots.AcceptOne();
        lock (gate)
        {
            acceptedSince = true;
        }
    }

    private Refusal? Judge(int errCode)
    {
        lock (gate)
        {
            var now = time.Now;
            var last = refusals.Find(corpId, endpoint) ?? new Refusal(now, 0, Slots.Open);
            if (errCode == WeComErrors.TooManyAtOnce)
            {
                Slots.Halve();
                return last with { Slots = Slots.Open };
            }

            // The calls that were in flight together meet one limit: they count as one refusal.
            if (last.Step > 0 && last.BlockedUntil > now)
            {
                return null;
            }

            var step = acceptedSince ? 0 : last.Step;
            acceptedSince = false;
            var until = now + (options.ThrottleWindow * Steps[Math.Min(step, Steps.Length - 1)]);
            return new Refusal(until, step + 1, Slots.Open);
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
