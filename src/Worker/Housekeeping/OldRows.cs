using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Housekeeping;

/// <summary>Deletes rows of schema <c>control</c> that nobody will ask for again, a few thousand at a time.</summary>
internal sealed class OldRows(NpgsqlDataSource dataSource, IOptions<RetentionOptions> options)
{
    private const int Batch = 10_000;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>
    /// The last run of each kind and the last good one stay whatever their age: they answer "when did this last work". <c>$2</c> is for
    /// runs that found nothing to do.
    /// </summary>
    private const string RunsSql = """
        WITH keep AS (
            SELECT tenant_id, max(id) AS id FROM control.sync_runs GROUP BY tenant_id, kind
            UNION ALL SELECT tenant_id, max(id) FROM control.sync_runs WHERE state IN ('done', 'partial') AND NOT dry_run GROUP BY tenant_id, kind)
        DELETE FROM control.sync_runs r USING (
            SELECT o.tenant_id, o.id FROM control.sync_runs o
            WHERE o.state <> 'running'
              AND (o.started_at < $1 OR o.started_at < $2 AND o.state = 'done'
                   AND o.created + o.changed + o.removed + o.restored + o.renamed + o.held + o.failed = 0)
              AND NOT EXISTS (SELECT FROM keep k WHERE k.tenant_id = o.tenant_id AND k.id = o.id)
              AND NOT EXISTS (SELECT FROM control.held_removals h WHERE h.tenant_id = o.tenant_id AND h.run_id = o.id AND h.decision = 'pending')
            LIMIT $3) old
        WHERE r.tenant_id = old.tenant_id AND r.id = old.id
        """;

    private const string ErrorsSql = """
        DELETE FROM control.sync_errors e USING (SELECT tenant_id, id FROM control.sync_errors WHERE at < $1 LIMIT $2) old
        WHERE e.tenant_id = old.tenant_id AND e.id = old.id
        """;

    private const string HeldSql = """
        DELETE FROM control.held_removals h USING (
            SELECT tenant_id, run_id, entity, key FROM control.held_removals WHERE decision <> 'pending' AND decided_at < $1 LIMIT $2) old
        WHERE h.tenant_id = old.tenant_id AND h.run_id = old.run_id AND h.entity = old.entity AND h.key = old.key
        """;

    private const string IncidentsSql = """
        WITH gone AS (
            DELETE FROM control.incidents i USING (SELECT tenant_id, id FROM control.incidents WHERE closed_at < $1 LIMIT $2) old
            WHERE i.tenant_id = old.tenant_id AND i.id = old.id RETURNING i.tenant_id, i.id)
        DELETE FROM control.notices n USING gone WHERE n.tenant_id = gone.tenant_id AND n.incident_id = gone.id
        """;

    private const string RevealsSql = """
        DELETE FROM control.callback_reveals r USING (SELECT tenant_id, id FROM control.callback_reveals WHERE at < $1 LIMIT $2) old
        WHERE r.tenant_id = old.tenant_id AND r.id = old.id
        """;

    public async Task DeleteAsync(DateTimeOffset now, CancellationToken ct)
    {
        var keep = options.Value;
        await RepeatAsync(RunsSql, ct, (now - keep.Runs).UtcDateTime, (now - keep.QuietRuns).UtcDateTime, Batch);
        await RepeatAsync(ErrorsSql, ct, (now - keep.Errors).UtcDateTime, Batch);
        await RepeatAsync(HeldSql, ct, (now - keep.Runs).UtcDateTime, Batch);
        await RepeatAsync(RevealsSql, ct, (now - keep.Reveals).UtcDateTime, Batch);
        await ExecuteAsync(IncidentsSql, ct, (now - keep.Incidents).UtcDateTime, Batch);
        // These have one row each per tenant or interface; what is left of those that are gone is small.
        await ExecuteAsync("DELETE FROM control.access_tokens WHERE expires_at < $1", ct, now.UtcDateTime);
        await ExecuteAsync("DELETE FROM control.token_refusals WHERE refused_at < $1", ct, (now - Day).UtcDateTime);
        await ExecuteAsync("DELETE FROM control.call_limits WHERE changed_at < $1 AND blocked_until < $1", ct, (now - Day).UtcDateTime);
        await ExecuteAsync("DELETE FROM control.call_budgets WHERE part * (window_seconds / 12) < $1", ct, (now - Day).ToUnixTimeSeconds());
    }

    private async Task RepeatAsync(string sql, CancellationToken ct, params object[] values)
    {
        while (await ExecuteAsync(sql, ct, values) >= Batch)
        {
        }
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 300;
        command.Add(values);
        return await command.ExecuteNonQueryAsync(ct);
    }
}
