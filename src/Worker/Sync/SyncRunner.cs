using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync.Customers;
using WeComSync.Worker.Sync.Directory;

namespace WeComSync.Worker.Sync;

/// <summary>Runs any kind of sync, for the command line and for scheduled jobs.</summary>
internal sealed class SyncRunner(
    DirectorySync directory, CustomerSync customers, CustomerCheck check, CustomerLookup lookup, CustomerRests rests, TenantStops stops) : ISyncRunner
{
    /// <summary>The kinds of sync that exist.</summary>
    public static IReadOnlySet<SyncKind> Available { get; } = new HashSet<SyncKind> { SyncKind.Full, SyncKind.Incremental, SyncKind.Customers };

    public IReadOnlySet<SyncKind> Kinds => Available;

    /// <summary>Runs one sync. One that comes to a busy half does nothing; an incremental one leaves busy customers out.</summary>
    /// <exception cref="MirrorBusyException">This half of the tenant's mirror is taken.</exception>
    public Task<SyncReport> RunAsync(long tenantId, SyncKind kind, SyncRequest request, CancellationToken ct) => kind switch
    {
        SyncKind.OneObject when request.Object is { Kind: WantedObject.Customer } => lookup.RunAsync(tenantId, request, ct),
        SyncKind.Incremental => RunIncrementalAsync(tenantId, request, ct),
        SyncKind.Full or SyncKind.OneObject => directory.RunAsync(tenantId, kind, request, ct),
        SyncKind.Customers => customers.RunAsync(tenantId, request, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No sync of this kind exists."),
    };

    /// <summary>Compares the ids of the customers whose members were not looked at for longest; belongs to an incremental sync.</summary>
    /// <returns>Null where the tenant has no pulled customers, or they cannot be read for now.</returns>
    /// <exception cref="MirrorBusyException">The customers' half of the tenant's mirror is taken.</exception>
    public async Task<SyncReport?> CheckCustomersAsync(long tenantId, SyncRequest request, CancellationToken ct) =>
        await rests.HoldBackCheckAsync(tenantId, ct) ? null : await check.RunAsync(tenantId, request, CustomerCheck.Budget, ct);

    public async Task<SyncOutcome> RunAsync(long tenantId, SyncKind kind, SyncTrigger trigger, CancellationToken ct)
    {
        if (kind == SyncKind.Incremental && trigger == SyncTrigger.Schedule && await stops.HoldsBackAsync(tenantId, ct))
        {
            return SyncOutcome.Slowed;
        }

        if (kind == SyncKind.Customers && trigger == SyncTrigger.Schedule && await rests.HoldBackPullAsync(tenantId, ct))
        {
            return SyncOutcome.Resting;
        }

        try
        {
            var report = await RunAsync(tenantId, kind, new SyncRequest { Trigger = trigger }, ct);
            return report.State switch
            {
                RunState.Stopped => SyncOutcome.Stopped,
                // What a person ended is not tried again.
                RunState.Cancelled => ct.IsCancellationRequested ? throw new OperationCanceledException(report.Error, ct) : SyncOutcome.Finished,
                RunState.Failed => throw new SyncFailedException(report),
                _ => SyncOutcome.Finished,
            };
        }
        catch (MirrorBusyException)
        {
            return SyncOutcome.Busy;
        }
    }

    public async Task<SyncOutcome> PreviewAsync(long tenantId, CancellationToken ct)
    {
        try
        {
            var request = new SyncRequest { Trigger = SyncTrigger.Console, DryRun = true, MostPlanned = SyncRuns.MostPlanned };
            var report = await RunAsync(tenantId, SyncKind.Full, request, ct);
            return report.State == RunState.Stopped ? SyncOutcome.Stopped : SyncOutcome.Finished;
        }
        catch (MirrorBusyException)
        {
            return SyncOutcome.Busy;
        }
    }

    /// <summary>The directory, and then the customers, however it was asked for; what stands for events is about the directory only.</summary>
    private async Task<SyncReport> RunIncrementalAsync(long tenantId, SyncRequest request, CancellationToken ct)
    {
        var report = await directory.RunAsync(tenantId, SyncKind.Incremental, request, ct);
        return request.Trigger == SyncTrigger.Event || report.State is RunState.Stopped or RunState.Cancelled
            ? report
            : report with { Customers = await CheckIfFreeAsync(tenantId, request with { Started = null }, ct) };
    }

    private async Task<SyncReport?> CheckIfFreeAsync(long tenantId, SyncRequest request, CancellationToken ct)
    {
        try
        {
            return await CheckCustomersAsync(tenantId, request, ct);
        }
        catch (MirrorBusyException)
        {
            // What is committed stays so. A pull looks at more than the check would, and the next check is soon.
            return null;
        }
    }
}

/// <summary>A run failed for a reason that may pass; the job queue tries again.</summary>
internal sealed class SyncFailedException(SyncReport report) : Exception($"Run {report.RunId} failed. {report.Error} To do: {report.Action}");
