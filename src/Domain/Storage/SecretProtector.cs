using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace WeComSync.Domain.Storage;

/// <summary>
/// Encrypts what must not be read in the database. The purpose is tenant and field, so a protected text
/// that is copied to another tenant or another column does not open.
/// </summary>
public sealed class SecretProtector(IDataProtectionProvider provider)
{
    /// <param name="tenantId">The row's tenant.</param>
    /// <param name="field">Where the text is stored, for example <c>app.secret</c>.</param>
    /// <param name="secret">The text in the clear.</param>
    public string Protect(long tenantId, string field, string secret) => For(tenantId, field).Protect(secret);

    /// <exception cref="CryptographicException">The text was protected for another tenant or field, or with another certificate.</exception>
    public string Unprotect(long tenantId, string field, string protectedText) => For(tenantId, field).Unprotect(protectedText);

    public byte[] Protect(long tenantId, string field, byte[] secret) => For(tenantId, field).Protect(secret);

    /// <exception cref="CryptographicException">As for texts.</exception>
    public byte[] Unprotect(long tenantId, string field, byte[] protectedBytes) => For(tenantId, field).Unprotect(protectedBytes);

    private IDataProtector For(long tenantId, string field) =>
        provider.CreateProtector("WeComSync.Secret", tenantId.ToString(CultureInfo.InvariantCulture), field);
}
