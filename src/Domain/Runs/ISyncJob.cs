using Hangfire;
using Hangfire.Server;

namespace WeComSync.Domain.Runs;

/// <summary>
/// The job that runs one sync. Hangfire stores this type, method and parameter list as text in its job rows, and reads these
/// attributes rather than any on the implementation: rename it as you would a column.
/// </summary>
public interface ISyncJob
{
    /// <summary>The one queue of all kinds in former releases: whatever still stands there is run too.</summary>
    const string Queue = "sync";

    /// <summary>Each kind has a queue of its own, named after it, so that long syncs never have all workers.</summary>
    const string QueueOfKind = "sync-{1}";

    /// <param name="tenantId">Which tenant.</param>
    /// <param name="kind">Text of a <see cref="SyncKind"/>, for example <c>full</c>.</param>
    /// <param name="instant">The due instant for a scheduled run; null when a person asked.</param>
    /// <param name="job">Null when it is queued; Hangfire fills it in.</param>
    /// <param name="ct">None when it is queued; cancelled when the job server stops.</param>
    /// <returns>What became of it in a few words, for the dashboard.</returns>
    [Queue(QueueOfKind)]
    [JobDisplayName("{1} sync of tenant {0}, due {2:u}")]
    [AutomaticRetry(Attempts = 4, DelaysInSeconds = [30, 300, 1800, 7200], ExceptOn = [typeof(JobParkedException)])]
    Task<string> RunAsync(long tenantId, string kind, DateTimeOffset? instant, PerformContext? job, CancellationToken ct);
}
