using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace WeComSync.Callbacks.Verification;

/// <summary>WeCom's signature: SHA-1 over token, timestamp, nonce and cipher text, sorted as bytes and joined without separators.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/91144</remarks>
internal static class WeComSignature
{
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "WeCom's protocol has no other.")]
    public static void Compute(string token, string timestamp, string nonce, string encrypted, Span<byte> signature)
    {
        string[] parts = [token, timestamp, nonce, encrypted];
        Array.Sort(parts, StringComparer.Ordinal);
        var length = Encoding.UTF8.GetMaxByteCount(token.Length + timestamp.Length + nonce.Length + encrypted.Length);
        var joined = ArrayPool<byte>.Shared.Rent(length);
        var written = 0;
        foreach (var part in parts)
        {
            written += Encoding.UTF8.GetBytes(part, joined.AsSpan(written));
        }

        SHA1.HashData(joined.AsSpan(0, written), signature);
        ArrayPool<byte>.Shared.Return(joined, clearArray: true);
    }

    /// <summary>Whether the request was signed with this token; takes the same time either way.</summary>
    public static bool Matches(string token, in SignedFields fields)
    {
        Span<byte> expected = stackalloc byte[SHA1.HashSizeInBytes];
        Compute(token, fields.Timestamp, fields.Nonce, fields.Encrypted, expected);
        return CryptographicOperations.FixedTimeEquals(expected, fields.Signature);
    }
}
