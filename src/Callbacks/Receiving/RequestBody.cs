using System.Buffers;

namespace WeComSync.Callbacks.Receiving;

/// <summary>
/// One request's body in memory, read within a time, a size, and a share of the memory that all unverified bodies have together.
/// </summary>
internal sealed class RequestBody(BodyBudget budget) : IDisposable
{
    /// <summary>The largest body that is accepted.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The limit for Kestrel, which counts the framing of chunks too.</summary>
    public const int MaxBytesWithFraming = MaxBytes + (64 << 10);

    /// <summary>A sender gets this long for the whole body; WeCom itself gives up after 5 s.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(4);

    // Typical events are smaller; what is larger draws on the budget.
    private const int FreeBytes = 16 << 10;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FreeBytes);
    private int length;
    private int share;

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    /// <exception cref="BadHttpRequestException">Kestrel refused the body: too large (413), too slow (408), broken (400).</exception>
    /// <exception cref="OperationCanceledException">The deadline is over or the sender is gone.</exception>
    public async Task<BodyResult> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            if (length > MaxBytes)
            {
                return BodyResult.TooLarge;
            }

            if (length == buffer.Length && !TryGrow())
            {
                return BodyResult.NoRoom;
            }

            var read = await request.Body.ReadAsync(buffer.AsMemory(length), deadline.Token);
            if (read == 0)
            {
                return BodyResult.Whole;
            }

            length += read;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        budget.Return(share);
    }

    private bool TryGrow()
    {
        var larger = buffer.Length * 4;
        if (!budget.TryDraw(larger - share))
        {
            return false;
        }

        share = larger;
        var grown = ArrayPool<byte>.Shared.Rent(larger);
        buffer.AsSpan(0, length).CopyTo(grown);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = grown;
        return true;
    }
}
