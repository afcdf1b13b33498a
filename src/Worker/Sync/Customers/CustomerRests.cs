using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>
/// Tenants whose customers cannot be read for now: the application is not listed for customer contact, nobody has the function, or
/// there is no secret. Most companies use no customer contact, so this is no failure of every night: scheduled pulls rest. Each time
/// one is due, and soon after a secret was changed, a single call looks whether that is still so.
/// </summary>
internal sealed class CustomerRests(CustomerClient client, NpgsqlDataSource dataSource)
{
    /// <summary>Whether a failure is a reason to rest.</summary>
    public static bool IsReason(Exception failure) =>
        failure is WeComException { Class: WeComErrorClass.StopFeature } or NoFollowUsersException or NoCustomerCredentialException;

    /// <summary>
    /// Whether a scheduled pull is not worth a run. A tenant whose customers are mirrored gets its run, which says what is wrong; only
    /// the nights after that are quiet.
    /// </summary>
    public async Task<bool> HoldBackPullAsync(long tenantId, CancellationToken ct) =>
        await FindAsync(tenantId, ct) is { } known && (known.Rests || !known.HasCustomers) && await LookAsync(known, ct);

    /// <summary>Whether the cheap check between pulls must not ask: it comes every few minutes, so it looks only after a secret was changed.</summary>
    public async Task<bool> HoldBackCheckAsync(long tenantId, CancellationToken ct) =>
        await FindAsync(tenantId, ct) is { Rests: true } known && (!known.HasNewSecret || await LookAsync(known, ct));

    /// <summary>Notes that customers cannot be read, and why; or that it is still so.</summary>
    public async Task BeginAsync(long tenantId, Exception reason, CancellationToken ct)
    {
        var action = reason switch
        {
            WeComException refused => refused.Action,
            IActionable actionable => actionable.Action,
            _ => "",
        };
        await using var command = dataSource.CreateCommand("""
            INSERT INTO control.customer_rests AS r (tenant_id, since, looked_at, code, reason, action) VALUES ($1, now(), now(), $2, $3, $4)
            ON CONFLICT (tenant_id) DO UPDATE SET looked_at = now(), code = $2, reason = $3, action = $4
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = (reason as WeComException)?.ErrCode });
        command.Parameters.Add(new() { Value = (reason as WeComException)?.Reason ?? reason.Message });
        command.Parameters.Add(new() { Value = action });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Customers can be read.</summary>
    public async Task EndAsync(long tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM control.customer_rests WHERE tenant_id = $1");
        command.Add(tenantId);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <returns>Whether customers cannot be read.</returns>
    private async Task<bool> LookAsync(Known known, CancellationToken ct)
    {
        try
        {
            if (!known.HasSecret)
            {
                throw new NoCustomerCredentialException(known.Key);
            }

            var caller = new WeComCaller(known.TenantId, known.CorpId, Channel.Customers) { Patience = TimeSpan.Zero };
            if ((await client.ListFollowUsersAsync(caller, ct)).Count == 0)
            {
                throw new NoFollowUsersException();
            }
        }
        catch (Exception refused) when (IsReason(refused))
        {
            await BeginAsync(known.TenantId, refused, ct);
            return true;
        }
        catch (WeComException)
        {
            // Something else is wrong, and a run says it better.
            return false;
        }

        await EndAsync(known.TenantId, ct);
        return false;
    }

    private async Task<Known?> FindAsync(long tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT t.key, t.corp_id, r.tenant_id IS NOT NULL,
                EXISTS (SELECT FROM mirror.follows f WHERE f.tenant_id = t.id AND f.removed_at IS NULL),
                EXISTS (SELECT FROM control.wecom_settings s WHERE s.tenant_id = t.id AND s.channel IN ($2, $3) AND s.secret IS NOT NULL),
                EXISTS (SELECT FROM control.wecom_settings s WHERE s.tenant_id = t.id AND s.channel IN ($2, $3) AND s.secret_set_at > r.looked_at)
            FROM control.tenants t LEFT JOIN control.customer_rests r ON r.tenant_id = t.id
            WHERE t.id = $1 AND t.state <> 'stopped'
            """);
        command.Add(tenantId, EnumText.Of(Channel.App), EnumText.Of(Channel.Customers));
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new Known(
                tenantId, reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetBoolean(5))
            : null;
    }

    private sealed record Known(long TenantId, string Key, string CorpId, bool Rests, bool HasCustomers, bool HasSecret, bool HasNewSecret);
}
