using System.Collections.Concurrent;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.WeCom.Limits;

/// <summary>
/// WeCom's refusals as all processes met them: whoever starts, or comes second, does not call an API that is blocked. Read every two
/// seconds at most, in one statement for all corps, and only while calls are made.
/// </summary>
internal sealed class SharedRefusals(LimitStore store, DatabaseTime time, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(string Corp, string Endpoint), Refusal> known = new();
    private readonly SemaphoreSlim reading = new(1);
    private long readAt;
    private DateTimeOffset? readUpTo;

    /// <summary>Null if nothing was refused lately.</summary>
    public Refusal? Find(string corpId, string endpoint) => known.GetValueOrDefault((corpId, endpoint));

    public async ValueTask RefreshAsync(CancellationToken ct)
    {
        if (IsFresh)
        {
            return;
        }

        // The first look must be waited for; later on, whoever comes while another looks goes by what is known.
        if (readAt != 0 && reading.CurrentCount == 0)
        {
            return;
        }

        await reading.WaitAsync(ct);
        try
        {
            if (!IsFresh)
            {
                var upTo = time.Now;
                if (await store.ReadAsync(readUpTo, ct) is { } refusals)
                {
                    foreach (var (corpId, endpoint, refusal) in refusals)
                    {
                        // This process may have met a later one while it read, or could not tell the others of it.
                        known.AddOrUpdate((corpId, endpoint), refusal, (_, own) => own.BlockedUntil > refusal.BlockedUntil ? own : refusal);
                    }

                    readUpTo = readUpTo is null ? time.Now : upTo;
                }

                readAt = clock.GetTimestamp();
            }
        }
        finally
        {
            reading.Release();
        }
    }

    public Task RememberAsync(string corpId, string endpoint, Refusal refusal, CancellationToken ct)
    {
        known[(corpId, endpoint)] = refusal;
        return store.RememberAsync(corpId, endpoint, refusal, ct);
    }

    public void Dispose() => reading.Dispose();

    private bool IsFresh => readAt != 0 && clock.GetElapsedTime(readAt) < Fresh;
}
