namespace WeComSync.Simulator.Limits;

/// <summary>Counts calls in a fixed window. Whoever exceeds it is refused for as long again as the window is.</summary>
internal sealed class CallWindow(TimeSpan length)
{
    private DateTimeOffset _startedAt;
    private DateTimeOffset _blockedUntil;
    private int _count;

    public bool IsBlocked(DateTimeOffset now) => now < _blockedUntil;

    /// <returns>False: over the limit.</returns>
    public bool TryCount(int limit, DateTimeOffset now)
    {
        if (IsBlocked(now))
            return false;
        if (now - _startedAt >= length)
        {
            _startedAt = now;
            _count = 0;
        }
        _count++;
        if (limit <= 0 || _count <= limit)
            return true;
        _blockedUntil = now + length;
        return false;
    }
}
