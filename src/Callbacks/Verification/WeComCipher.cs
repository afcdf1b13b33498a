using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace WeComSync.Callbacks.Verification;

/// <summary>
/// Opens what WeCom encrypted: AES-256-CBC over 16 random bytes, the message's length (4 bytes, big-endian), the message and the
/// receiver's id, padded to blocks of 32 bytes.
/// </summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90968</remarks>
internal static class WeComCipher
{
    private const int KeyBytes = 32;
    private const int IvBytes = 16;
    private const int RandomBytes = 16;
    private const int HeadBytes = RandomBytes + sizeof(int);

    /// <summary>The AES key behind an EncodingAESKey of 43 characters.</summary>
    /// <remarks>The last character may carry spare bits (WeCom's own sample does); the framework's decoder lets them pass.</remarks>
    /// <returns>Null when the text is no EncodingAESKey.</returns>
    public static byte[]? ReadKey(string encodingAesKey)
    {
        var key = new byte[KeyBytes + 1];
        return encodingAesKey.Length == 43 && Convert.TryFromBase64String(encodingAesKey + "=", key, out var written) && written == KeyBytes
            ? key[..KeyBytes]
            : null;
    }

    /// <summary>Decrypts without believing anything that comes out.</summary>
    /// <param name="key">From <see cref="ReadKey"/>; its first half is the initialisation vector.</param>
    /// <param name="encrypted">Base64, well formed by <see cref="CipherText"/>, its signature verified.</param>
    /// <param name="message">The message; empty when this fails.</param>
    /// <param name="receiver">The receiver's id; empty when this fails.</param>
    /// <returns>False when padding or length do not fit: another key encrypted this.</returns>
    [SuppressMessage("Security", "CA5401:Do not use CreateEncryptor with non-default IV", Justification = "Nothing is encrypted here.")]
    public static bool TryDecrypt(byte[] key, string encrypted, out ReadOnlyMemory<byte> message, out string receiver)
    {
        message = default;
        receiver = "";
        using var aes = Aes.Create();
        aes.Key = key;
        // PKCS7 of the framework refuses a padding above 16.
        var plain = aes.DecryptCbc(Convert.FromBase64String(encrypted), key.AsSpan(0, IvBytes), PaddingMode.None);

        var padding = plain[^1];
        if (padding is 0 or > KeyBytes || padding > plain.Length || plain.AsSpan(plain.Length - padding).ContainsAnyExcept(padding))
        {
            return false;
        }

        var content = plain.AsMemory(0, plain.Length - padding);
        if (content.Length < HeadBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(content.Span[RandomBytes..]);
        if (length < 0 || length > content.Length - HeadBytes)
        {
            return false;
        }

        message = content.Slice(HeadBytes, length);
        receiver = Encoding.UTF8.GetString(content.Span[(HeadBytes + length)..]);
        return true;
    }
}
