using System.Security.Cryptography;

namespace WeComSync.Callbacks.Verification;

/// <summary>One pair of Token and EncodingAESKey in the clear. Its text form says nothing.</summary>
internal sealed class CallbackSecret(string token, byte[] aesKey)
{
    public string Token { get; } = token;

    public byte[] AesKey { get; } = aesKey;
}

/// <summary>
/// What verifies the requests to one address. After a rotation the former token, the former key, or both are accepted for a while.
/// </summary>
/// <param name="Current">What the tenant entered last.</param>
/// <param name="Former">What it was before, if anything.</param>
/// <param name="FormerUntil">When <paramref name="Former"/> ends.</param>
/// <param name="CorpId">The receiver that every message must name.</param>
internal sealed record ChannelKeys(CallbackSecret Current, CallbackSecret? Former, DateTimeOffset FormerUntil, string CorpId)
{
    /// <summary>Keys that nobody has: an unknown address is verified against them, so that it costs what a wrong signature costs.</summary>
    public static ChannelKeys Dummy { get; } = new(
        new CallbackSecret(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), RandomNumberGenerator.GetBytes(32)), null, default, "");
}
