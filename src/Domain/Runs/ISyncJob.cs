using System.ComponentModel;

namespace WeComSync.Domain.Runs;

/// <summary>
/// The job that runs one sync. Hangfire stores this type, method and parameter list as text in its job rows:
/// rename it as you would a column.
/// </summary>
public interface ISyncJob
{
    /// <param name="tenantId">Which tenant.</param>
    /// <param name="kind">Text of a <see cref="SyncKind"/>, for example <c>full</c>.</param>
    /// <param name="instant">The due instant for a scheduled run; null when a person asked.</param>
    /// <param name="jobId">Filled in by Hangfire.</param>
    /// <param name="ct">Cancelled when the job server stops.</param>
    [DisplayName("{1} sync of tenant {0}, due {2}")]
    Task RunAsync(long tenantId, string kind, DateTimeOffset? instant, string? jobId, CancellationToken ct);
}
