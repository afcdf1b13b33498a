using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Jobs;

/// <summary>
/// Lets one job act for each due instant. Schedulers fire twice after a crash and queues deliver twice; the primary key of
/// <c>control.scheduled_effects</c> does neither.
/// </summary>
internal sealed class EffectClaims(NpgsqlDataSource dataSource)
{
    private const string TakeSql = """
        INSERT INTO control.scheduled_effects (tenant_id, kind, instant, job_id, claimed_at) VALUES ($1, $2, $3, $4, now())
        ON CONFLICT DO NOTHING
        """;

    // A statement of its own: the one above does not see a row that was committed while it waited for it.
    private const string OwnerSql = "SELECT job_id FROM control.scheduled_effects WHERE tenant_id = $1 AND kind = $2 AND instant = $3";

    /// <returns>True for the job that acts: it came first, or it comes again after a crash, a stop or a failure.</returns>
    public async Task<bool> TryTakeAsync(long tenantId, SyncKind kind, DateTimeOffset instant, string jobId, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var take = Command(connection, TakeSql, tenantId, kind, instant);
        take.Parameters.Add(new() { Value = jobId });
        if (await take.ExecuteNonQueryAsync(ct) == 1)
        {
            return true;
        }

        await using var owner = Command(connection, OwnerSql, tenantId, kind, instant);
        return (string?)await owner.ExecuteScalarAsync(ct) == jobId;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, long tenantId, SyncKind kind, DateTimeOffset instant) =>
        new(sql, connection)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = EnumText.Of(kind) }, new() { Value = instant.ToUniversalTime() } },
        };
}
