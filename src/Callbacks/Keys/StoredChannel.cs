using System.Security.Cryptography;
using WeComSync.Callbacks.Verification;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Keys;

/// <summary>The protected keys of one address as the database holds them.</summary>
internal sealed record StoredKeys(
    string CorpId, string? Token, string? EncodingAesKey, string? FormerToken, string? FormerEncodingAesKey, DateTimeOffset? FormerUntil);

/// <summary>One address of a tenant. Its keys are decrypted when the first request needs them, and then kept.</summary>
internal sealed class StoredChannel(long tenantId, Channel channel, StoredKeys stored)
{
    private ChannelKeys? opened;

    public StoredKeys Stored => stored;

    public bool IsConfigured => stored is { Token: not null, EncodingAesKey: not null };

    /// <returns>Null when the stored texts do not open or have not WeCom's form; the next call tries again.</returns>
    public ChannelKeys? Open(SecretProtector protector)
    {
        if (opened is null && OpenPair(protector, stored.Token, stored.EncodingAesKey) is { } current)
        {
            opened = new ChannelKeys(
                current,
                stored.FormerUntil is null
                    ? null
                    : OpenPair(protector, stored.FormerToken ?? stored.Token, stored.FormerEncodingAesKey ?? stored.EncodingAesKey),
                stored.FormerUntil ?? default,
                stored.CorpId);
        }

        return opened;
    }

    private CallbackSecret? OpenPair(SecretProtector protector, string? token, string? encodingAesKey)
    {
        if (token is null || encodingAesKey is null)
        {
            return null;
        }

        try
        {
            var key = WeComCipher.ReadKey(protector.Unprotect(tenantId, SecretFields.EncodingAesKey(channel), encodingAesKey));
            return key is null ? null : new CallbackSecret(protector.Unprotect(tenantId, SecretFields.Token(channel), token), key);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
