using System.Security.Cryptography;
using WeComSync.Simulator.Callbacks;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>
/// One address's side of WeCom's callback encryption, as the simulator implements it, with ways to break its rules.
/// </summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90968</remarks>
/// <param name="token">As entered in WeCom's administration.</param>
/// <param name="encodingAesKey">Likewise: 43 characters.</param>
/// <param name="receiveId">The corp id that every message ends with.</param>
public sealed class CallbackCrypt(string token, string encodingAesKey, string receiveId)
{
    /// <summary>The lower-case hexadecimal signature of one request.</summary>
    public string Sign(string timestamp, string nonce, string encrypted) => WeComCallbackCrypto.Sign(token, timestamp, nonce, encrypted);

    /// <summary>Encrypts a message with a random beginning.</summary>
    public string Encrypt(string message) => WeComCallbackCrypto.Encrypt(encodingAesKey, message, receiveId);

    /// <param name="message">The message.</param>
    /// <param name="beginning">16 bytes, random in life.</param>
    public string Encrypt(byte[] message, byte[] beginning) => WeComCallbackCrypto.Encrypt(encodingAesKey, message, receiveId, beginning);

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
