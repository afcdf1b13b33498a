using System.Security.Cryptography;
using System.Text;

namespace WeComSync.Simulator.Corps;

/// <summary>Tokens and secrets.</summary>
internal static class Secrets
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    public static string Unguessable(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>The same purpose gives the same secret, so that a restarted simulator still fits a stored tenant.</summary>
    public static string Derived(string purpose, int length) => string.Create(length, purpose, (text, source) =>
    {
        var digest = SHA512.HashData(Encoding.UTF8.GetBytes(source));
        for (var i = 0; i < text.Length; i++)
            text[i] = Alphabet[digest[i] % Alphabet.Length];
    });

    /// <summary>18 characters beginning with <c>ww</c>.</summary>
    public static string CorpId(string purpose) =>
        "ww" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(purpose)).AsSpan(0, 8));
}
