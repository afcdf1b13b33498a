using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Schedules;

/// <summary>Reads from our own tables when which tenant's syncs are due. Paused tenants, apps that are switched off and kinds that nobody can run are left out.</summary>
internal sealed class TenantSchedules(NpgsqlDataSource dataSource, ISyncRunner runner)
{
    private const string Sql = """
        SELECT t.id, t.time_zone, k.kind, s.cron
        FROM control.tenants t
        CROSS JOIN unnest($1::text[]) AS k (kind)
        LEFT JOIN control.schedules s ON s.tenant_id = t.id AND s.kind = k.kind
        WHERE t.enabled AND t.switched_on AND t.state <> 'stopped' AND NOT EXISTS (SELECT FROM control.platforms WHERE NOT plugin_on)
          AND ($2::bigint IS NULL OR t.id = $2)
          AND NOT EXISTS (
              SELECT FROM control.tenant_apps a
              WHERE a.tenant_id = t.id AND a.app = CASE k.kind WHEN 'customers' THEN 'customers' ELSE 'contacts' END AND NOT (a.granted AND a.enabled))
        """;

    /// <summary>Every schedule of every tenant that works.</summary>
    public Task<List<TenantSchedule>> LoadAsync(CancellationToken ct) => LoadAsync(null, ct);

    /// <returns>Null if the tenant is gone, disabled or stopped, or the kind cannot be run.</returns>
    public async Task<TenantSchedule?> FindAsync(long tenantId, SyncKind kind, CancellationToken ct) =>
        (await LoadAsync(tenantId, ct)).SingleOrDefault(schedule => schedule.Kind == kind);

    private async Task<List<TenantSchedule>> LoadAsync(long? tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = runner.Kinds.Select(EnumText.Of).ToArray() });
        command.Parameters.Add(new() { Value = (object?)tenantId ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var schedules = new List<TenantSchedule>();
        while (await reader.ReadAsync(ct))
        {
            var id = reader.GetInt64(0);
            var kind = EnumText.Parse<SyncKind>(reader.GetString(2));
            var own = reader.IsDBNull(3) ? null : reader.GetString(3);
            schedules.Add(new(id, kind, ScheduleDefaults.Effective(id, kind, own), reader.GetString(1)));
        }

        return schedules;
    }
}
