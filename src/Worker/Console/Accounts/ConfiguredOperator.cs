using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using WeComSync.Domain.Accounts;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>The first operator, as configured. Passwords are hashed as ASP.NET Core Identity does it.</summary>
internal sealed class ConfiguredOperator
{
    private const byte Version3 = 1;
    private const int ShortestHash = 13 + 16 + 16;
    private static readonly PasswordHasher<Account> Hasher = new();

    private ConfiguredOperator(string email, string hash, string credential)
    {
        Email = email;
        Hash = hash;
        Stamp = Convert.ToHexString(Rfc2898DeriveBytes.Pbkdf2(credential, Encoding.UTF8.GetBytes(email), 100_000, HashAlgorithmName.SHA512, 16));
    }

    public string Email { get; }

    public string Hash { get; }

    /// <summary>The same on every worker, and another one when the configured password changes.</summary>
    public string Stamp { get; }

    public static ConfiguredOperator WithPassword(string email, string password) => new(email, HashOf(password), password);

    public static ConfiguredOperator WithHash(string email, string hash) => new(email, hash, hash);

    public static bool IsHash(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= ShortestHash && bytes[0] == Version3;
    }

    private static string HashOf(string password) => Hasher.HashPassword(new Account { Email = "" }, password);
}
