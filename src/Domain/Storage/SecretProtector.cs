using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace WeComSync.Domain.Storage;

/// <summary>
/// Encrypts what must not be read in the database. The purpose is tenant and field, so a protected text
/// that is copied to another tenant or another column does not open.
/// </summary>
public sealed class SecretProtector
{
    /// <summary>A text that names a key which nobody has costs one look in the database, not one for each time it is read.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Func<IDataProtectionProvider>? readAgain;
    private readonly Lock gate = new();
    private volatile IDataProtectionProvider provider;
    private long lastLook;

    public SecretProtector(IDataProtectionProvider provider)
        : this(provider, readAgain: null)
    {
    }

    /// <param name="provider">What the host was started with; it looks for new keys once a day.</param>
    /// <param name="readAgain">Reads the keys now: <c>secrets rotate</c> may have made one on another host.</param>
    internal SecretProtector(IDataProtectionProvider provider, Func<IDataProtectionProvider>? readAgain)
    {
        this.provider = provider;
        this.readAgain = readAgain;
    }

    /// <param name="tenantId">The row's tenant.</param>
    /// <param name="field">Where the text is stored, one of <see cref="SecretFields"/>.</param>
    /// <param name="secret">The text in the clear.</param>
    public string Protect(long tenantId, string field, string secret) => For(tenantId, field).Protect(secret);

    /// <exception cref="CryptographicException">The text was protected for another tenant or field, or with another certificate.</exception>
    public string Unprotect(long tenantId, string field, string protectedText) =>
        Open(tenantId, field, protector => protector.Unprotect(protectedText));

    public byte[] Protect(long tenantId, string field, byte[] secret) => For(tenantId, field).Protect(secret);

    /// <exception cref="CryptographicException">As for texts.</exception>
    public byte[] Unprotect(long tenantId, string field, byte[] protectedBytes) =>
        Open(tenantId, field, protector => protector.Unprotect(protectedBytes));

    private T Open<T>(long tenantId, string field, Func<IDataProtector, T> open)
    {
        var known = provider;
        try
        {
            return open(For(tenantId, field));
        }
        catch (CryptographicException) when (IsRenewed(known))
        {
            return open(For(tenantId, field));
        }
    }

    /// <summary>Whether there are other keys to try than those of <paramref name="known"/>.</summary>
    private bool IsRenewed(IDataProtectionProvider known)
    {
        if (readAgain is null)
        {
            return false;
        }

        lock (gate)
        {
            if (provider != known)
            {
                return true;
            }

            if (lastLook != 0 && TimeProvider.System.GetElapsedTime(lastLook) < BetweenLooks)
            {
                return false;
            }

            lastLook = TimeProvider.System.GetTimestamp();
            provider = readAgain();
            return true;
        }
    }

    private IDataProtector For(long tenantId, string field) =>
        SecretFields.IsKnown(field)
            ? provider.CreateProtector("WeComSync.Secret", tenantId.ToString(CultureInfo.InvariantCulture), field)
            : throw new ArgumentException($"'{field}' is none of {nameof(SecretFields)}: say there what it is, and in {nameof(SecretColumns)} where it is stored.", nameof(field));
}
