using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace WeComSync.Worker.OperatorConsole;

/// <summary>The configured account. Passwords are hashed as ASP.NET Core Identity does it and compared in constant time.</summary>
internal sealed class OperatorAccount
{
    /// <summary>Hashing costs time per character of what a stranger sends.</summary>
    public const int LongestPassword = 256;

    private const byte Version3 = 1;
    private const int ShortestHash = 13 + 16 + 16;
    private static readonly PasswordHasher<string> Hasher = new();

    private readonly string hash;

    private OperatorAccount(string email, string hash, string credential)
    {
        Email = email;
        this.hash = hash;
        Stamp = Convert.ToHexString(Rfc2898DeriveBytes.Pbkdf2(credential, Encoding.UTF8.GetBytes(email), 100_000, HashAlgorithmName.SHA512, 16));
    }

    public string Email { get; }

    /// <summary>The same on every worker, and another one when the account or its password changes: sessions that carry the old one end.</summary>
    public string Stamp { get; }

    public static OperatorAccount WithPassword(string email, string password) => new(email, Hasher.HashPassword("", password), password);

    public static OperatorAccount WithHash(string email, string hash) => new(email, hash, hash);

    public static bool IsHash(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= ShortestHash && bytes[0] == Version3;
    }

    /// <remarks>A wrong e-mail address costs as much time as a wrong password.</remarks>
    public bool Verify(string email, string password)
    {
        var right = password.Length <= LongestPassword && Hasher.VerifyHashedPassword("", hash, password) != PasswordVerificationResult.Failed;
        return string.Equals(email.Trim(), Email, StringComparison.OrdinalIgnoreCase) & right;
    }
}
