using System.Security.Cryptography;
using System.Text;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WeCom.Tokens;

/// <summary>A secret in the clear, for as long as one request takes.</summary>
internal sealed class TenantSecret(Channel channel, string corpId, string value)
{
    /// <summary>Under which it is stored: not always the credential that was asked for.</summary>
    public Channel Channel => channel;

    public string Value => value;

    /// <summary>SHA-256, to see whether a token was issued for this secret.</summary>
    public byte[] Hash { get; } = SHA256.HashData(Encoding.UTF8.GetBytes(value));

    /// <summary>SHA-256 of the pair that WeCom judges, to see whether it was refused: a corrected corp id makes another attempt of the same secret.</summary>
    public byte[] AttemptHash { get; } = SHA256.HashData(Encoding.UTF8.GetBytes($"{corpId}\n{value}"));
}
