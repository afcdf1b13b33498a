using System.Security.Cryptography;
using System.Text;

namespace WeComSync.Simulator.Callbacks;

/// <summary>
/// WeCom's side of the callback encryption, written from its description and not from the product's code: what this makes,
/// the product must open.
/// </summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90968</remarks>
/// <param name="token">As entered in WeCom's administration.</param>
/// <param name="encodingAesKey">Likewise: 43 characters.</param>
/// <param name="receiveId">The corp id that every message ends with.</param>
public sealed class CallbackCrypt(string token, string encodingAesKey, string receiveId)
{
    private const int Block = 32;

    /// <summary>The lower-case hexadecimal signature of one request.</summary>
    public string Sign(string timestamp, string nonce, string encrypted)
    {
        var fields = new List<byte[]>();
        foreach (var field in new[] { token, timestamp, nonce, encrypted })
        {
            fields.Add(Encoding.UTF8.GetBytes(field));
        }

        fields.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        fields.ForEach(hash.AppendData);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Encrypts a message with a random beginning.</summary>
    public string Encrypt(string message) => Encrypt(Encoding.UTF8.GetBytes(message), RandomNumberGenerator.GetBytes(16));

    /// <param name="message">The message.</param>
    /// <param name="beginning">16 bytes, random in life.</param>
    public string Encrypt(byte[] message, byte[] beginning)
    {
        using var plain = new MemoryStream();
        plain.Write(beginning);
        plain.Write([(byte)(message.Length >> 24), (byte)(message.Length >> 16), (byte)(message.Length >> 8), (byte)message.Length]);
        plain.Write(message);
        plain.Write(Encoding.UTF8.GetBytes(receiveId));
        var padding = Block - (int)(plain.Length % Block);
        plain.Write(Enumerable.Repeat((byte)padding, padding).ToArray());
        return EncryptRaw(plain.ToArray());
    }

    /// <summary>Encrypts whole blocks as they are: for tests that break the rules above.</summary>
    public string EncryptRaw(byte[] blocks)
    {
        using var aes = Aes.Create();
        aes.Mode = CipherMode.CBC;
        aes.Padding = PaddingMode.None;
        aes.Key = Convert.FromBase64String($"{encodingAesKey}=");
        aes.IV = aes.Key[..16];
        using var encrypted = new MemoryStream();
        using (var cipher = new CryptoStream(encrypted, aes.CreateEncryptor(), CryptoStreamMode.Write, leaveOpen: true))
        {
            cipher.Write(blocks);
        }

        return Convert.ToBase64String(encrypted.ToArray());
    }

    /// <summary>One delivery: query and XML envelope.</summary>
    public CallbackDelivery Deliver(string message) => DeliverEncrypted(Encrypt(message));

    /// <summary>One delivery of a text that is encrypted already.</summary>
    public CallbackDelivery DeliverEncrypted(string encrypted, string? body = null)
    {
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var nonce = RandomNumberGenerator.GetInt32(100_000_000, int.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new CallbackDelivery(
            Sign(timestamp, nonce, encrypted),
            timestamp,
            nonce,
            encrypted,
            body ?? $"<xml><ToUserName><![CDATA[{receiveId}]]></ToUserName><AgentID><![CDATA[]]></AgentID><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>");
    }
}
