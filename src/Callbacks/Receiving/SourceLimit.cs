using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace WeComSync.Callbacks.Receiving;

/// <summary>
/// Counts refused requests per source. A source over its limit is still verified and answered the same, because WeCom may come through
/// the same proxy; but its refused requests cost no look at the database any more, and its connections are closed.
/// </summary>
internal sealed class SourceLimit(TimeProvider clock)
{
    private const int RefusalsPerSecond = 20;
    private const int Slots = 4096;

    // One number for each slot: the second in the upper half, the count in the lower. Sources that share a slot share its limit.
    private readonly long[] windows = new long[Slots];

    /// <summary>Counts one refusal of this source.</summary>
    public void Count(IPAddress? source)
    {
        var second = Second();
        ref var window = ref Window(source);
        while (true)
        {
            var seen = Volatile.Read(ref window);
            var count = seen >> 32 == second ? (uint)seen : 0;
            if (count > RefusalsPerSecond || Interlocked.CompareExchange(ref window, (second << 32) | (count + 1), seen) == seen)
            {
                return;
            }
        }
    }

    public bool IsOver(IPAddress? source)
    {
        var seen = Volatile.Read(ref Window(source));
        return seen >> 32 == Second() && (uint)seen > RefusalsPerSecond;
    }

    private long Second() => clock.GetTimestamp() / clock.TimestampFrequency & int.MaxValue;

    private ref long Window(IPAddress? source) => ref windows[(uint)Key(source).GetHashCode() % Slots];

    /// <summary>An IPv6 customer has a whole /64.</summary>
    private static UInt128 Key(IPAddress? source)
    {
        if (source is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var plain = source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source;
        plain.TryWriteBytes(bytes, out _);
        if (plain.AddressFamily == AddressFamily.InterNetworkV6)
        {
            bytes[8..].Clear();
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
