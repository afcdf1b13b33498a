using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.WeCom.Tokens;

/// <summary>The row in <c>control.access_tokens</c> that all processes share, and the lock under which it is replaced.</summary>
internal sealed class TokenStore(NpgsqlDataSource dataSource, SecretProtector protector, IOptions<WeComOptions> options, TimeProvider clock)
{
    /// <returns>The stored token, if it was issued for this secret and is still good.</returns>
    public async Task<IssuedToken?> FindAsync(long tenantId, TenantSecret secret, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        return await FindAsync(connection, tenantId, secret, ct);
    }

    /// <summary>
    /// Fetches and stores a token unless another process just did. The transaction stays open while WeCom is asked, for
    /// less than a minute: when this process dies, its lock dies with it.
    /// </summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="secret">What the token is for.</param>
    /// <param name="force">Fetch even if a good token is stored.</param>
    /// <param name="fetch">Asks WeCom.</param>
    /// <param name="ct">Ends waiting for the lock, and fetching.</param>
    public async Task<IssuedToken> ReplaceAsync(
        long tenantId, TenantSecret secret, bool force, Func<CancellationToken, Task<(string Token, TimeSpan Life)>> fetch, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LockAsync(connection, tenantId, secret, ct);
        if (!force && await FindAsync(connection, tenantId, secret, ct) is { } current)
        {
            return current;
        }

        await ThrowIfRefusedAsync(connection, tenantId, secret, ct);
        var obtainedAt = clock.GetUtcNow();
        string value;
        TimeSpan life;
        try
        {
            (value, life) = await fetch(ct);
        }
        catch (WeComException refusal) when (refusal.Class == WeComErrorClass.StopTenant)
        {
            await RememberRefusalAsync(connection, tenantId, secret, refusal, ct);
            await transaction.CommitAsync(ct);
            throw;
        }

        var text = protector.Protect(tenantId, SecretFields.AccessToken(secret.Channel), value);
        var token = new IssuedToken(value, text, obtainedAt, obtainedAt + life);
        await SaveAsync(connection, tenantId, secret, token, ct);
        await transaction.CommitAsync(ct);
        return token;
    }

    /// <summary>Deletes the token, unless its row was replaced.</summary>
    public async Task DeleteAsync(long tenantId, IssuedToken token, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM control.access_tokens WHERE tenant_id = $1 AND token = $2");
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(token.ProtectedText);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task LockAsync(NpgsqlConnection connection, long tenantId, TenantSecret secret, CancellationToken ct)
    {
        // Whoever has the lock may be through four tries of WeCom's; our roles' lock_timeout is shorter.
        await using var patience = new NpgsqlCommand("SET LOCAL lock_timeout = '120s'", connection);
        await patience.ExecuteNonQueryAsync(ct);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", connection) { CommandTimeout = 130 };
        command.Parameters.AddWithValue(AdvisoryLocks.AccessToken(tenantId, secret.Channel));
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// A secret that was refused a moment ago, or while this process waited for the lock, is not shown to WeCom again: the answer is shared.
    /// WeCom bans the address of who keeps trying, for all tenants, and people press a button again when it says no.
    /// </summary>
    private async Task ThrowIfRefusedAsync(NpgsqlConnection connection, long tenantId, TenantSecret secret, CancellationToken ct)
    {
        // now() is when this transaction began, which was before it waited.
        await using var command = new NpgsqlCommand("""
            SELECT code, reason, action, greatest(clock_timestamp() - refused_at, interval '0') FROM control.token_refusals
            WHERE tenant_id = $1 AND channel = $2 AND secret_hash = $3 AND refused_at > now() - $4
            """, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(EnumText.Of(secret.Channel));
        command.Parameters.AddWithValue(secret.AttemptHash);
        command.Parameters.AddWithValue(options.Value.RefusedSecretPause);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (await reader.ReadAsync(ct))
        {
            throw new WeComException(
                TokenEndpoint.Path, reader.IsDBNull(0) ? null : reader.GetInt32(0), WeComErrorClass.StopTenant, reader.GetString(1), reader.GetString(2))
            {
                Age = reader.GetTimeSpan(3),
            };
        }
    }

    private static async Task RememberRefusalAsync(
        NpgsqlConnection connection, long tenantId, TenantSecret secret, WeComException refusal, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            INSERT INTO control.token_refusals (tenant_id, channel, secret_hash, code, reason, action, refused_at)
            VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
            ON CONFLICT (tenant_id, channel) DO UPDATE
            SET (secret_hash, code, reason, action, refused_at)
                = (EXCLUDED.secret_hash, EXCLUDED.code, EXCLUDED.reason, EXCLUDED.action, EXCLUDED.refused_at)
            """, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(EnumText.Of(secret.Channel));
        command.Parameters.AddWithValue(secret.AttemptHash);
        command.Parameters.AddWithValue((object?)refusal.ErrCode ?? DBNull.Value);
        command.Parameters.AddWithValue(refusal.Reason);
        command.Parameters.AddWithValue(refusal.Action);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<IssuedToken?> FindAsync(NpgsqlConnection connection, long tenantId, TenantSecret secret, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            SELECT token, obtained_at, expires_at FROM control.access_tokens
            WHERE tenant_id = $1 AND channel = $2 AND secret_hash = $3
            """, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(EnumText.Of(secret.Channel));
        command.Parameters.AddWithValue(secret.Hash);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return null;
        }

        var text = reader.GetString(0);
        try
        {
            var value = protector.Unprotect(tenantId, SecretFields.AccessToken(secret.Channel), text);
            var token = new IssuedToken(
                value, text, await reader.GetFieldValueAsync<DateTimeOffset>(1, ct), await reader.GetFieldValueAsync<DateTimeOffset>(2, ct));
            return token.IsGoodAt(clock.GetUtcNow()) ? token : null;
        }
        catch (CryptographicException)
        {
            // Whatever it was, a new one costs one call.
            return null;
        }
    }

    private static async Task SaveAsync(NpgsqlConnection connection, long tenantId, TenantSecret secret, IssuedToken token, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            INSERT INTO control.access_tokens (tenant_id, channel, token, secret_hash, obtained_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (tenant_id, channel) DO UPDATE
            SET (token, secret_hash, obtained_at, expires_at)
                = (EXCLUDED.token, EXCLUDED.secret_hash, EXCLUDED.obtained_at, EXCLUDED.expires_at)
            """, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(EnumText.Of(secret.Channel));
        command.Parameters.AddWithValue(token.ProtectedText);
        command.Parameters.AddWithValue(secret.Hash);
        command.Parameters.AddWithValue(token.ObtainedAt);
        command.Parameters.AddWithValue(token.ExpiresAt);
        await command.ExecuteNonQueryAsync(ct);
    }
}
