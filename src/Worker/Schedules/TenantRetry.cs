using Hangfire;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Events;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Schedules;

/// <summary>Tries stopped tenants again whose obstacle may be gone by itself, when their time has come.</summary>
internal sealed partial class TenantRetry(NpgsqlDataSource dataSource, IBackgroundJobClient jobs, TimeProvider clock, ILogger<TenantRetry> logger)
{
    /// <summary>One statement takes them, so that of several workers one tries each. The sync that met the obstacle is the one to be tried again.</summary>
    private const string Sql = """
        WITH due AS (
            UPDATE control.tenants SET state = 'active', stopped_at = NULL, stopped_code = NULL, stopped_reason = NULL, stopped_action = NULL, retry_at = NULL
            WHERE retry_at <= $1 AND state = 'stopped' AND enabled AND switched_on RETURNING id)
        SELECT id, (SELECT r.kind FROM control.sync_runs r WHERE r.tenant_id = id AND NOT r.dry_run ORDER BY r.started_at DESC LIMIT 1),
               pg_notify($2, id::text)
        FROM due
        """;

    /// <returns>How many were tried.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var due = new List<(long Id, string? Kind)>();
        await using (var command = dataSource.CreateCommand(Sql))
        {
            command.Add(clock.GetUtcNow(), TenantChanges.Channel);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                due.Add((reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
            }
        }

        foreach (var (id, kind) in due)
        {
            var again = SyncKinds.Scheduled.FirstOrDefault(scheduled => EnumText.Of(scheduled) == kind, SyncKind.Incremental);
            LogTried(id, again, jobs.EnqueueSync(id, again, instant: null));
        }

        if (due.Count > 0)
        {
            await EventReplay.WakeAsync(dataSource, [.. due.Select(tenant => tenant.Id)], ct);
        }

        return due.Count;
    }

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId} is tried again: {Kind} sync queued as job {JobId}")]
    private partial void LogTried(long tenantId, SyncKind kind, string jobId);
}
