using System.Collections.Concurrent;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>A sync that reads nothing and remembers that it ran.</summary>
internal sealed class RecordingSync : ISyncRunner
{
    private readonly ConcurrentQueue<(long TenantId, DateTimeOffset At)> runs = new();

    public IReadOnlySet<SyncKind> Kinds { get; init; } = new HashSet<SyncKind> { SyncKind.Full };

    /// <summary>What a tenant's run does; by default it ends at once.</summary>
    public ConcurrentDictionary<long, Func<CancellationToken, Task<SyncOutcome>>> Does { get; } = new();

    public async Task<SyncOutcome> RunAsync(long tenantId, SyncKind kind, SyncTrigger trigger, CancellationToken ct)
    {
        runs.Enqueue((tenantId, DateTimeOffset.UtcNow));
        return Does.TryGetValue(tenantId, out var does) ? await does(ct) : SyncOutcome.Finished;
    }

    public Task<SyncOutcome> PreviewAsync(long tenantId, CancellationToken ct) => RunAsync(tenantId, SyncKind.Full, SyncTrigger.Console, ct);

    public int CountOf(long tenantId) => runs.Count(run => run.TenantId == tenantId);
}
