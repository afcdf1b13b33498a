using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace WeComSync.Simulator.Callbacks;

/// <summary>WeCom's callback encryption, written from the document and from nothing else.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90968</remarks>
public static class WeComCallbackCrypto
{
    private const int RandomLength = 16;
    private const int PadBlock = 32;

    /// <returns>The signature of a request: 40 lower-case hexadecimal digits.</returns>
    public static string Sign(string token, string timestamp, string nonce, string encrypt)
    {
        string[] parts = [token, timestamp, nonce, encrypt];
        Array.Sort(parts, StringComparer.Ordinal);
        return Signature(string.Concat(parts));
    }

    /// <param name="receiveId">The corp id, for events of a company's own contacts.</param>
    /// <returns>Base64, as it stands in <c>Encrypt</c> and <c>echostr</c>.</returns>
    public static string Encrypt(string encodingAesKey, string message, string receiveId) =>
        Encrypt(encodingAesKey, Encoding.UTF8.GetBytes(message), receiveId, RandomNumberGenerator.GetBytes(RandomLength));

    /// <param name="random">16 bytes, which make the same message look different each time.</param>
    public static string Encrypt(string encodingAesKey, ReadOnlySpan<byte> message, string receiveId, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomLength);
        var used = RandomLength + sizeof(int) + message.Length + Encoding.UTF8.GetByteCount(receiveId);
        var pad = PadBlock - used % PadBlock;
        var plain = new byte[used + pad];
        random.CopyTo(plain);
        BinaryPrimitives.WriteInt32BigEndian(plain.AsSpan(RandomLength), message.Length);
        message.CopyTo(plain.AsSpan(RandomLength + sizeof(int)));
        Encoding.UTF8.GetBytes(receiveId, plain.AsSpan(RandomLength + sizeof(int) + message.Length));
        plain.AsSpan(used).Fill((byte)pad);
        using var aes = Cipher(encodingAesKey, out var iv);
        return Convert.ToBase64String(aes.EncryptCbc(plain, iv, PaddingMode.None));
    }

    /// <exception cref="CryptographicException">Not encrypted with this key.</exception>
    public static (string Message, string ReceiveId) Decrypt(string encodingAesKey, string encrypt)
    {
        using var aes = Cipher(encodingAesKey, out var iv);
        var plain = aes.DecryptCbc(Convert.FromBase64String(encrypt), iv, PaddingMode.None);
        var end = plain.Length - (plain.Length > 0 ? plain[^1] : 0);
        const int start = RandomLength + sizeof(int);
        var length = end < start ? -1 : BinaryPrimitives.ReadInt32BigEndian(plain.AsSpan(RandomLength));
        if (length < 0 || length > end - start)
            throw new CryptographicException("The text was not encrypted with this key.");
        return (Encoding.UTF8.GetString(plain, start, length), Encoding.UTF8.GetString(plain, start + length, end - start - length));
    }

    /// <summary>What identifies an event: it has no id of its own.</summary>
    /// <returns>SHA-256 of the decrypted text, in lower-case hexadecimal digits.</returns>
    public static string Digest(string message) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(message)));

    private static Aes Cipher(string encodingAesKey, out byte[] iv)
    {
        var aes = Aes.Create();
        // 43 characters are 258 bits: the last one may carry two bits that mean nothing.
        aes.Key = Convert.FromBase64String(encodingAesKey + "=");
        iv = aes.Key[..16];
        return aes;
    }

#pragma warning disable CA5350 // WeCom's choice.
    private static string Signature(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
}
