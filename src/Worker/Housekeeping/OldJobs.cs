using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Housekeeping;

/// <summary>
/// Deletes jobs that Hangfire keeps for ever: those that failed, and those that a crash left without a place in the queue. Those that
/// ended well expire by themselves.
/// </summary>
internal sealed class OldJobs([FromKeyedServices(JobServices.DataSource)] NpgsqlDataSource dataSource, IOptions<RetentionOptions> options)
{
    /// <summary>Large deletions of Hangfire's tables time out and hold others up.</summary>
    private const int Batch = 1_000;

    /// <summary>States and parameters go with their job.</summary>
    private const string JobsSql = """
        DELETE FROM hangfire.job WHERE id IN (
            SELECT j.id FROM hangfire.job j
            WHERE j.createdat < $1 AND (j.statename IS NULL OR j.statename NOT IN ('Scheduled', 'Processing', 'Awaiting'))
              AND NOT EXISTS (SELECT FROM hangfire.jobqueue q WHERE q.jobid = j.id)
            LIMIT $2)
        """;

    private const string LocksSql = "DELETE FROM hangfire.lock WHERE acquired < $1";

    private const string SetsSql = """
        DELETE FROM hangfire.set s WHERE s.key = 'retries' AND NOT EXISTS (SELECT FROM hangfire.job j WHERE j.id::text = s.value)
        """;

    public async Task DeleteAsync(DateTimeOffset now, CancellationToken ct)
    {
        while (await ExecuteAsync(JobsSql, ct, (now - options.Value.FailedJobs).UtcDateTime, Batch) == Batch)
        {
        }

        await ExecuteAsync(LocksSql, ct, (now - TimeSpan.FromDays(1)).UtcDateTime);
        await ExecuteAsync(SetsSql, ct);
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 300;
        command.Add(values);
        return await command.ExecuteNonQueryAsync(ct);
    }
}
