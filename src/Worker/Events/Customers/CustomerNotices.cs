using Npgsql;
using NpgsqlTypes;
using WeComSync.Domain.Customers;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events.Customers;

/// <summary>
/// Keeps what only events tell of a relation, before WeCom is asked for anything: a welcome code is good for 20 seconds, and nobody
/// waits for it.
/// </summary>
internal sealed class CustomerNotices(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>Once for each fact: WeCom may tell the same one again.</summary>
    public async Task KeepAsync(Claim claim, IReadOnlyList<CustomerEvent> events, CancellationToken ct)
    {
        var notices = events.Where(e => e.Notice is not null).ToList();
        if (notices.Count == 0)
        {
            return;
        }

        var useless = clock.SteadyNow() + claim.ClockOffset - ContactNotice.WelcomeCodeLife;
        await using var command = dataSource.CreateCommand("""
            INSERT INTO control.contact_notices (tenant_id, event_id, kind, user_id, external_user_id, at, state, welcome_code, fail_reason, pending)
            SELECT $1, n.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::boolean[])
                AS n(event_id, kind, user_id, external_user_id, at, state, welcome_code, fail_reason, pending)
            WHERE NOT EXISTS (
                SELECT FROM control.contact_notices k
                WHERE k.tenant_id = $1 AND k.external_user_id = n.external_user_id AND k.user_id = n.user_id AND k.kind = n.kind AND k.at = n.at)
            ON CONFLICT DO NOTHING
            """);
        command.Add(
            claim.TenantId, notices.Select(e => e.Id).ToArray(), notices.Select(e => EnumText.Of(e.Notice!.Value)).ToArray(),
            notices.Select(e => e.UserId).ToArray(), notices.Select(e => e.ExternalUserId).ToArray(),
            notices.Select(e => e.At.ToUniversalTime()).ToArray());
        foreach (var texts in new[]
        {
            notices.Select(e => e.State),
            notices.Select(e => e.At > useless ? e.WelcomeCode : null),
            notices.Select(e => e.FailReason),
        })
        {
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = texts.ToArray() });
        }

        command.Add(notices.Select(e => e.Kind == CustomerEventKind.HalfAdded).ToArray());
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Forgets welcome codes that WeCom no longer takes, whatever became of their events.</summary>
    public async Task ForgetCodesAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            WITH inbox AS (
                UPDATE control.callback_events SET welcome_code = NULL
                WHERE welcome_code IS NOT NULL AND (create_time < now() - $1 OR received_at < now() - $1))
            UPDATE control.contact_notices SET welcome_code = NULL WHERE welcome_code IS NOT NULL AND at < now() - $1
            """);
        command.Add(ContactNotice.WelcomeCodeLife);
        await command.ExecuteNonQueryAsync(ct);
    }
}
