using Hangfire;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>
/// Orders the syncs that stand for events which callback hosts did not keep, because too many of the tenant waited. Once the flood is
/// over, or they would be out of date at once.
/// </summary>
internal sealed partial class OverflowedInboxes(
    NpgsqlDataSource dataSource, IBackgroundJobClient jobs, ILogger<OverflowedInboxes> logger)
{
    /// <summary>A flood that has paused for so long is over.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(30);

    private const string FindSql = """
        SELECT d.tenant_id, d.overflowed_at, d.overflowed FROM control.inbox_drains d JOIN control.tenants t ON t.id = d.tenant_id
        WHERE d.overflowed_at < now() - $1 AND t.enabled AND t.switched_on AND t.state <> 'stopped'
        """;

    // Only what was seen: an event that overflows meanwhile orders again.
    private const string ForgetSql =
        "UPDATE control.inbox_drains SET overflowed_at = NULL, overflowed = 0 WHERE tenant_id = $1 AND overflowed_at = $2";

    public async Task OrderSyncsAsync(CancellationToken ct)
    {
        foreach (var (tenantId, at, count) in await FindAsync(ct))
        {
            // Due when the last of them came: one that finds another at work comes again, and of several workers that order it one acts.
            // Ordered before it is forgotten.
            jobs.EnqueueSync(tenantId, SyncKind.Full, at);
            jobs.EnqueueSync(tenantId, SyncKind.Customers, at);
            await using var forget = dataSource.CreateCommand(ForgetSql);
            forget.Add(tenantId, at);
            await forget.ExecuteNonQueryAsync(ct);
            LogOrdered(tenantId, count);
        }
    }

    private async Task<IReadOnlyList<(long TenantId, DateTime At, long Count)>> FindAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(FindSql);
        command.Add(Calm);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<(long, DateTime, long)>();
        while (await reader.ReadAsync(ct))
        {
            found.Add((reader.GetInt64(0), reader.GetDateTime(1), reader.GetInt64(2)));
        }

        return found;
    }

    [LoggerMessage(LogLevel.Warning,
        "Tenant {TenantId}: {Count} events were not kept, because too many waited; a full sync and a customer pull are queued in their place")]
    private partial void LogOrdered(long tenantId, long count);
}
