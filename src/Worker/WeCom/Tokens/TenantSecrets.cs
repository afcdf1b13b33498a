using System.Security.Cryptography;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WeCom.Tokens;

/// <summary>Finds the secret behind a credential, in <c>control.wecom_settings</c>.</summary>
internal sealed class TenantSecrets(NpgsqlDataSource dataSource, SecretProtector protector)
{
    /// <summary>
    /// Customer contact (客户联系) without a secret of its own uses the application's, and then also the application's token:
    /// there is one token per corp and secret.
    /// </summary>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.StopFeature"/>: nobody entered one.</exception>
    public async Task<TenantSecret> FindAsync(WeComCaller caller, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT channel, secret FROM control.wecom_settings
            WHERE tenant_id = $1 AND channel IN ($2, $3) AND secret IS NOT NULL
            ORDER BY channel = $2 DESC LIMIT 1
            """);
        command.Parameters.AddWithValue(caller.TenantId);
        command.Parameters.AddWithValue(EnumText.Of(caller.Credential));
        command.Parameters.AddWithValue(EnumText.Of(caller.Credential == Channel.Customers ? Channel.App : caller.Credential));
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            throw new WeComException(TokenEndpoint.Path, null, WeComErrorClass.StopFeature,
                SyncTexts.NoSecret.With(caller.TenantId, EnumText.Of(caller.Credential)), "Enter the secret in the tenant's settings.");
        }

        var channel = EnumText.Parse<Channel>(reader.GetString(0));
        try
        {
            return new TenantSecret(channel, caller.CorpId, protector.Unprotect(caller.TenantId, SecretFields.Secret(channel), reader.GetString(1)));
        }
        catch (CryptographicException)
        {
            throw new WeComException(TokenEndpoint.Path, null, WeComErrorClass.StopTenant,
                SyncTexts.SecretClosed.With(caller.TenantId, EnumText.Of(channel)),
                "Enter the secret again; it was protected with another certificate or for another tenant.");
        }
    }
}
