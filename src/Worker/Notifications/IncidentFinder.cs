using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Domain.Notifications;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;

namespace WeComSync.Worker.Notifications;

/// <summary>Finds what is wrong now, by our own tables alone.</summary>
internal sealed class IncidentFinder(NpgsqlDataSource dataSource, IOptions<NotificationOptions> options, TimeProvider clock)
{
    /// <summary>What is still tried again by itself needs no person yet.</summary>
    private const string StoppedSql = """
        SELECT id, key, coalesce(stopped_reason, ''), coalesce(stopped_action, '') FROM control.tenants
        WHERE enabled AND switched_on AND state = 'stopped' AND retry_at IS NULL
        """;

    /// <summary>Each half of the mirror has a run of its own that carries an approval out.</summary>
    private const string HeldSql = """
        SELECT t.id, t.key, count(*), max(h.run_id), h.entity = ANY($1) FROM control.held_removals h JOIN control.tenants t ON t.id = h.tenant_id
        WHERE t.enabled AND t.switched_on AND h.decision = 'pending' GROUP BY t.id, t.key, h.entity = ANY($1)
        """;

    /// <summary>Whoever never had customers misses none.</summary>
    private const string RefusedSql = """
        SELECT t.id, t.key, r.reason, r.action FROM control.customer_rests r JOIN control.tenants t ON t.id = r.tenant_id
        WHERE t.enabled AND t.switched_on AND EXISTS (SELECT FROM mirror.follows f WHERE f.tenant_id = t.id AND f.removed_at IS NULL)
        """;

    /// <summary>A tenant without a secret is not expected to run; a stopped one is told of as stopped.</summary>
    private static readonly string NoGoodRunSql = $"""
        SELECT t.id, t.key, greatest(t.created_at, g.finished_at), coalesce(l.error, '')
        FROM control.tenants t
        CROSS JOIN LATERAL {GoodRuns.LastSql("t.id", MirrorPart.Directory)} g (finished_at)
        LEFT JOIN LATERAL (SELECT r.error FROM control.sync_runs r WHERE r.tenant_id = t.id AND r.part = 'directory' ORDER BY r.started_at DESC LIMIT 1) l ON true
        WHERE t.enabled AND t.switched_on AND t.state <> 'stopped' AND greatest(t.created_at, g.finished_at) < $1
          AND EXISTS (SELECT FROM control.wecom_settings s WHERE s.tenant_id = t.id AND s.channel IN ('app', 'contacts') AND s.secret IS NOT NULL)
        """;

    private const string SilentSql = """
        SELECT t.id, t.key, a.channel, max(a.last_at) FROM control.callback_attempts a
        JOIN control.tenants t ON t.id = a.tenant_id
        JOIN control.wecom_settings s ON s.tenant_id = a.tenant_id AND s.channel = a.channel AND s.token IS NOT NULL
        WHERE t.enabled AND t.switched_on AND t.state <> 'stopped' AND a.outcome IN ('accepted', 'duplicate')
        GROUP BY t.id, t.key, a.channel HAVING max(a.last_at) < $1
        """;

    public async Task<IReadOnlyList<FoundIncident>> FindAsync(CancellationToken ct)
    {
        var language = options.Value.Language == "zh-CN" ? DoctorLanguage.Chinese : DoctorLanguage.English;
        var now = clock.GetUtcNow();
        var found = new List<FoundIncident>();
        await ReadAsync(StoppedSql, [], row => found.Add(new(
            row.GetInt64(0), row.GetString(1), IncidentKind.TenantStopped, "",
            IncidentTexts.Stopped.In(language, row.GetString(1), row.GetString(2), row.GetString(3)))), ct);
        await ReadAsync(HeldSql, [CustomerTables.Entities.ToArray()], row => found.Add(new(
            row.GetInt64(0), row.GetString(1), IncidentKind.RemovalsHeld, row.GetBoolean(4) ? "customers" : "",
            IncidentTexts.Held.In(language, row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4) ? "customers" : "full"))), ct);
        await ReadAsync(NoGoodRunSql, [(now - options.Value.NoGoodRunAfter).UtcDateTime], row => found.Add(new(
            row.GetInt64(0), row.GetString(1), IncidentKind.NoGoodRun, "",
            IncidentTexts.NoGoodRun.In(language, row.GetString(1), Words.Of(now - row.GetFieldValue<DateTimeOffset>(2)), row.GetString(3)))), ct);
        await ReadAsync(SilentSql, [(now - options.Value.CallbacksSilentAfter).UtcDateTime], row => found.Add(new(
            row.GetInt64(0), row.GetString(1), IncidentKind.CallbacksSilent, row.GetString(2),
            IncidentTexts.Silent.In(language, row.GetString(1), row.GetString(2), Words.Of(now - row.GetFieldValue<DateTimeOffset>(3))))), ct);
        await ReadAsync(RefusedSql, [], row => found.Add(new(
            row.GetInt64(0), row.GetString(1), IncidentKind.CustomersRefused, "",
            IncidentTexts.Refused.In(language, row.GetString(1), row.GetString(2), row.GetString(3)))), ct);
        return found;
    }

    private async Task ReadAsync(string sql, object[] values, Action<NpgsqlDataReader> add, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Add(values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            add(reader);
        }
    }
}

/// <summary>Something that is wrong now.</summary>
internal sealed record FoundIncident(long TenantId, string Tenant, IncidentKind Kind, string Subject, string Message);
