using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>Makes events wait again, as if they had just come.</summary>
internal sealed class EventReplay(NpgsqlDataSource dataSource)
{
    /// <summary>What makes an event wait as if it had just come.</summary>
    public const string Anew =
        "state = 'waiting', tries = 0, deaths = 0, error = NULL, run_id = NULL, applied_at = NULL, parked_by = NULL, claimed_at = NULL, claimed_by = NULL";

    private const string Sql = $"""
        UPDATE control.callback_events
        SET {Anew}
        WHERE tenant_id = $1 AND ($2::bigint IS NULL OR id = $2) AND ($3::text IS NULL OR state = $3)
          AND state <> 'waiting' AND payload IS NOT NULL AND (claimed_by IS NULL OR claimed_at < now() - $4)
        """;

    private const string WokenSql = """
        SELECT DISTINCT tenant_id FROM control.callback_events WHERE tenant_id = ANY($1) AND state = 'waiting'
        """;

    /// <summary>Makes one event, or all of one state, wait again, and queues a drain.</summary>
    /// <returns>How many. Those whose payload is gone, or that are being worked on, are left out.</returns>
    public async Task<int> RunAsync(long tenantId, long? eventId, EventState? state, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = eventId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = state is { } only ? EnumText.Of(only) : null });
        command.Parameters.Add(new() { Value = EventClaims.Lease });
        var replayed = await command.ExecuteNonQueryAsync(ct);
        await WakeAsync(dataSource, [tenantId], ct);
        return replayed;
    }

    /// <summary>Queues a drain for each of these tenants that has events waiting: it was resumed, or its settings changed.</summary>
    public static async Task WakeAsync(NpgsqlDataSource dataSource, IReadOnlyCollection<long> tenantIds, CancellationToken ct)
    {
        var waiting = new List<long>();
        await using (var command = dataSource.CreateCommand(WokenSql))
        {
            command.Add(tenantIds.ToArray());
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                waiting.Add(reader.GetInt64(0));
            }
        }

        if (waiting.Count > 0)
        {
            await InboxJobs.QueueAsync(dataSource, waiting, ct);
        }
    }
}
