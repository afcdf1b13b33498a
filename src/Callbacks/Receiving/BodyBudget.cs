namespace WeComSync.Callbacks.Receiving;

/// <summary>The memory that all large bodies of a host have together, or a thousand strangers' half-sent mebibytes would be a gigabyte.</summary>
internal sealed class BodyBudget
{
    private const long Bytes = 32 << 20;

    private long drawn;

    public bool TryDraw(int bytes)
    {
        if (Interlocked.Add(ref drawn, bytes) <= Bytes)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref drawn, -bytes);
}
