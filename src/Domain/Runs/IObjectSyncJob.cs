using Hangfire;

namespace WeComSync.Domain.Runs;

/// <summary>
/// The job that mirrors one object which was written to WeCom while another run held the mirror. Hangfire stores this type, method and
/// parameter list as text in its job rows: rename it as you would a column.
/// </summary>
public interface IObjectSyncJob
{
    /// <summary>The queue of <see cref="SyncKind.OneObject"/>.</summary>
    const string Queue = "sync-one_object";

    /// <param name="tenantId">Which tenant.</param>
    /// <param name="kind"><c>user</c> or <c>department</c>.</param>
    /// <param name="id">WeCom's id.</param>
    /// <param name="deleted">Whether we deleted it.</param>
    /// <param name="ct">None when it is queued; cancelled when the job server stops.</param>
    /// <returns>What became of it in a few words, for the dashboard.</returns>
    [Queue(Queue)]
    [JobDisplayName("{1} {2} of tenant {0}, written by us")]
    [AutomaticRetry(Attempts = 8, DelaysInSeconds = [10, 20, 40, 60, 120, 300, 600, 1800])]
    Task<string> RunAsync(long tenantId, string kind, string id, bool deleted, CancellationToken ct);
}
