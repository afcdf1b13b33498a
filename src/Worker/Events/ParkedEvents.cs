using System.Reflection;
using Npgsql;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>
/// Lets parked events wait again when their cause may be over: a whole sync of their half, begun since, read everything well, or another
/// release runs. Of an event whose payload is gone the sync has read all that there is to know.
/// </summary>
internal sealed class ParkedEvents(NpgsqlDataSource dataSource)
{
    /// <summary>This release, which may know better than the one that parked an event.</summary>
    public static readonly string Release =
        typeof(ParkedEvents).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private const string Sql = $"""
        WITH parked AS MATERIALIZED (
            SELECT tenant_id, id, event = 'change_contact' AS directory, applied_at FROM control.callback_events
            WHERE state = 'parked' AND claimed_by IS NULL),
        good AS (
            SELECT h.tenant_id, h.directory, r.id, r.started_at FROM (SELECT DISTINCT tenant_id, directory FROM parked) h CROSS JOIN LATERAL (
                SELECT id, started_at FROM control.sync_runs
                WHERE tenant_id = h.tenant_id AND part = CASE WHEN h.directory THEN 'directory' ELSE 'customers' END
                    AND kind = CASE WHEN h.directory THEN 'full' ELSE 'customers' END AND state = 'done' AND NOT dry_run
                ORDER BY finished_at DESC LIMIT 1) r),
        due AS (
            SELECT p.tenant_id, p.id, g.id AS run_id FROM parked p
                LEFT JOIN good g ON g.tenant_id = p.tenant_id AND g.directory = p.directory AND g.started_at > p.applied_at),
        back AS (
            UPDATE control.callback_events e SET {EventReplay.Anew} FROM due
            WHERE e.tenant_id = due.tenant_id AND e.id = due.id AND e.state = 'parked' AND e.payload IS NOT NULL
                AND (due.run_id IS NOT NULL OR e.parked_by IS DISTINCT FROM $1))
        UPDATE control.callback_events e SET state = 'superseded', run_id = due.run_id, applied_at = now(), error = NULL, parked_by = NULL FROM due
        WHERE e.tenant_id = due.tenant_id AND e.id = due.id AND e.state = 'parked' AND e.payload IS NULL AND due.run_id IS NOT NULL
        """;

    public async Task ReviveAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Add(Release);
        await command.ExecuteNonQueryAsync(ct);
    }
}
