using WeComSync.Worker.Storage;

namespace WeComSync.Worker.WeCom.Limits;

/// <summary>
/// The calls that all processes together may make of one API, for one corp or from one address. A process leases a few at a time and
/// spends them without asking; the few that every small company needs cost no statement at all.
/// </summary>
/// <remarks>
/// <para>A tenth of each limit is set apart: every process may use a hundredth of it unasked, so up to ten of them stay within it.
/// The rest is leased for the current twelfth of a minute (<c>control.lease_calls</c>).</para>
/// <para>While PostgreSQL is away each process gives itself a tenth of the limit.</para>
/// </remarks>
internal sealed class CallBudget(string scope, string endpoint, int perMinute, int perHour, LimitStore store, DatabaseTime time, TimeProvider clock)
    : IDisposable
{
    /// <summary>A twelfth of a minute; the function in the database counts the same.</summary>
    private const long Part = 5 * TimeSpan.TicksPerSecond;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock gate = new();
    private readonly CallWindow[] unasked = [.. Windows(perMinute / 100, perHour / 100, clock)];
    private readonly CallWindow[] alone = [.. Windows(Math.Max(1, perMinute / 10), Math.Max(1, perHour / 10), clock)];
    private readonly int shareOfMinute = perMinute - (10 * (perMinute / 100));
    private readonly int shareOfHour = perHour - (10 * (perHour / 100));
    private readonly int largest = Math.Max(1, perMinute / 10);
    private int size = Math.Max(1, perMinute / 100);
    private int left;
    private DateTimeOffset leasedAt;

    /// <summary>Counts a call and returns zero; or counts nothing and returns how long until it is worth asking again.</summary>
    public async ValueTask<TimeSpan> TakeAsync(CancellationToken ct)
    {
        if (TrySpend() || (unasked.Length > 0 && unasked.All(window => window.Take() == TimeSpan.Zero)))
        {
            return TimeSpan.Zero;
        }

        await turn.WaitAsync(ct);
        try
        {
            if (TrySpend())
            {
                return TimeSpan.Zero;
            }

            var back = TakeBack();
            if (await store.LeaseAsync(scope, endpoint, shareOfMinute, shareOfHour, size, back, ct) is not { } lease)
            {
                return alone.Select(window => window.Take()).Max();
            }

            lock (gate)
            {
                left = lease.Granted;
                leasedAt = lease.At;
            }

            // A millisecond more: what is rounded down would wake just before the time and ask again and again.
            return TrySpend() ? TimeSpan.Zero : lease.Wait + TimeSpan.FromMilliseconds(1);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    public override string ToString() => scope;

    private bool TrySpend()
    {
        lock (gate)
        {
            if (left == 0 || PartOf(time.Now) != PartOf(leasedAt))
            {
                return false;
            }

            left--;
            return true;
        }
    }

    /// <summary>Ends the lease that is over or spent, and learns from it how many to ask for.</summary>
    private UnspentCalls? TakeBack()
    {
        lock (gate)
        {
            var unspent = left;
            left = 0;
            if (unspent == 0 && PartOf(time.Now) == PartOf(leasedAt))
            {
                size = Math.Min(largest, size * 2);
            }
            else if (unspent > size / 2)
            {
                size = Math.Max(1, size / 2);
            }

            return unspent > 0 ? new UnspentCalls(unspent, leasedAt) : null;
        }
    }

    private static long PartOf(DateTimeOffset at) => at.UtcTicks / Part;

    private static IEnumerable<CallWindow> Windows(int perMinute, int perHour, TimeProvider clock) =>
        perMinute == 0 || perHour == 0 ? [] : [new CallWindow(perHour, Hour, clock), new CallWindow(perMinute, Minute, clock)];
}
