using Hangfire;
using Hangfire.Server;

namespace WeComSync.Domain.Runs;

/// <summary>
/// The job that compares one company with its mirror and writes nothing, because somebody at the console wants to see the difference
/// first. Hangfire stores this type, method and parameter list as text in its job rows: rename it as you would a column.
/// </summary>
public interface IPreviewJob
{
    /// <param name="tenantId">Which tenant.</param>
    /// <param name="job">Null when it is queued; Hangfire fills it in.</param>
    /// <param name="ct">None when it is queued; cancelled when the job server stops.</param>
    /// <returns>What became of it in a few words, for the dashboard.</returns>
    [Queue("sync-full")]
    [JobDisplayName("Preview of tenant {0}")]
    [AutomaticRetry(Attempts = 0)]
    Task<string> RunAsync(long tenantId, PerformContext? job, CancellationToken ct);
}
