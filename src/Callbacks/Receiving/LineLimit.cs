namespace WeComSync.Callbacks.Receiving;

/// <summary>Lets one log line a second pass and counts the others into it.</summary>
internal sealed class LineLimit
{
    private long lastSecond = -1;
    private int waiting;

    /// <param name="second">The current second of any clock that does not go back.</param>
    /// <param name="count">How many lines this one stands for.</param>
    public bool TryTake(long second, out int count)
    {
        Interlocked.Increment(ref waiting);
        count = 0;
        var last = Interlocked.Read(ref lastSecond);
        if (last == second || Interlocked.CompareExchange(ref lastSecond, second, last) != last)
        {
            return false;
        }

        count = Interlocked.Exchange(ref waiting, 0);
        return true;
    }
}
