using System.Globalization;
using System.Security.Cryptography;

namespace WeComSync.Simulator.Callbacks;

/// <summary>The event server that an administrator entered: for contact sync (通讯录同步), 客户联系 or an application.</summary>
/// <param name="Token">Up to 32 letters and digits.</param>
/// <param name="EncodingAesKey">43 letters and digits.</param>
public sealed record CallbackTarget(string Url, string Token, string EncodingAesKey)
{
    public CallbackForm Form { get; init; } = CallbackForm.Reduced;

    public CallbackEnvelope Envelope { get; init; } = CallbackEnvelope.Xml;

    /// <summary>Encrypts and signs one event, ready to be posted any number of times.</summary>
    /// <param name="message">The text before encryption.</param>
    public SealedCallback Seal(string corpId, string message, DateTimeOffset at)
    {
        var encrypt = WeComCallbackCrypto.Encrypt(EncodingAesKey, message, corpId);
        return new SealedCallback(Address(encrypt, at), BodyOf(corpId, encrypt), Envelope, WeComCallbackCrypto.Digest(message));
    }

    /// <summary>The request with which WeCom checks the URL.</summary>
    /// <param name="echo">What must be answered, and nothing beside it.</param>
    public Uri Check(string corpId, string echo, DateTimeOffset at)
    {
        var encrypt = WeComCallbackCrypto.Encrypt(EncodingAesKey, echo, corpId);
        return new Uri($"{Address(encrypt, at)}&echostr={Uri.EscapeDataString(encrypt)}");
    }

    private Uri Address(string encrypt, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nonce = RandomNumberGenerator.GetInt32(int.MaxValue).ToString(CultureInfo.InvariantCulture);
        var signature = WeComCallbackCrypto.Sign(Token, timestamp, nonce, encrypt);
        var separator = Url.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return new Uri($"{Url}{separator}msg_signature={signature}&timestamp={timestamp}&nonce={nonce}");
    }

    private string BodyOf(string corpId, string encrypt) => Envelope == CallbackEnvelope.Json
        ? $$"""{"tousername":"{{corpId}}","encrypt":"{{encrypt}}","agentid":""}"""
        : $"<xml><ToUserName><![CDATA[{corpId}]]></ToUserName><AgentID><![CDATA[]]></AgentID><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>";

    /// <exception cref="ArgumentException">WeCom's console would not take it.</exception>
    internal void Validate()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new ArgumentException($"url must be an http or https address, not '{Url}'.");
        if (Token.Length is 0 or > 32 || !Token.All(char.IsAsciiLetterOrDigit))
            throw new ArgumentException("token must be 1 to 32 letters and digits.");
        if (EncodingAesKey.Length != 43 || !EncodingAesKey.All(char.IsAsciiLetterOrDigit))
            throw new ArgumentException("encodingAesKey must be 43 letters and digits.");
    }
}

/// <summary>How much an event tells.</summary>
public enum CallbackForm
{
    /// <summary>Ids and departments: every URL saved after 2022-08-15.</summary>
    Reduced,
    /// <summary>Every changed field: URLs of old, provider applications.</summary>
    Full,
}

public enum CallbackEnvelope
{
    Xml,
    /// <summary>Documented; how to switch it on is not.</summary>
    Json,
}
