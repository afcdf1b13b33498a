using Npgsql;

namespace WeComSync.Worker.Events;

/// <summary>Events that this process works on, until they are closed or this is disposed.</summary>
internal sealed class Claim : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    private readonly EventClaims claims;
    private readonly Lock gate = new();
    private readonly HashSet<long> open;
    private readonly CancellationTokenSource stop = new();
    private readonly Task heartbeat;

    public Claim(
        EventClaims claims, long tenantId, string name, IReadOnlyList<ClaimedEvent> events, ClaimKind kind, TimeSpan clockOffset, TimeProvider clock)
    {
        this.claims = claims;
        TenantId = tenantId;
        Name = name;
        Events = events;
        Kind = kind;
        ClockOffset = clockOffset;
        open = [.. events.Select(e => e.Id)];
        heartbeat = events.Count == 0 ? Task.CompletedTask : BeatAsync(clock);
    }

    public long TenantId { get; }

    /// <summary>Unique; stands in the events' rows.</summary>
    public string Name { get; }

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<ClaimedEvent> Events { get; }

    public ClaimKind Kind { get; }

    /// <summary>What must be added to this host's clock to get the database's.</summary>
    public TimeSpan ClockOffset { get; }

    /// <summary>What is not at its end yet.</summary>
    public IReadOnlyCollection<long> Open
    {
        get
        {
            lock (gate)
            {
                return [.. open];
            }
        }
    }

    public void Close(IReadOnlyCollection<long> ids)
    {
        lock (gate)
        {
            open.ExceptWith(ids);
        }
    }

    /// <summary>Puts back what is not at its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await heartbeat;
        stop.Dispose();
        if (Open.Count > 0)
        {
            await claims.AbandonAsync(this);
        }
    }

    private async Task BeatAsync(TimeProvider clock)
    {
        using var timer = new PeriodicTimer(Beat, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                try
                {
                    await claims.RenewAsync(this, stop.Token);
                }
                catch (NpgsqlException)
                {
                    // Lost for long enough, the claim goes to another process, and the merge of this one is refused.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}

/// <summary>What a claim is for, and so what was counted with it.</summary>
internal enum ClaimKind
{
    /// <summary>Many are applied together: a death.</summary>
    Batch,

    /// <summary>One is applied alone: a try.</summary>
    Alone,

    /// <summary>A sync stands for all: nothing.</summary>
    Storm,
}
