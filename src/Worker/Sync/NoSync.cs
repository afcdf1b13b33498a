using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Sync;

/// <summary>Stands where no sync is registered: nothing is scheduled.</summary>
internal sealed class NoSync : ISyncRunner
{
    public IReadOnlySet<SyncKind> Kinds { get; } = new HashSet<SyncKind>();

    public Task<SyncOutcome> RunAsync(long tenantId, SyncKind kind, SyncTrigger trigger, CancellationToken ct) =>
        throw new NotSupportedException($"This release runs no {kind} sync.");
}
