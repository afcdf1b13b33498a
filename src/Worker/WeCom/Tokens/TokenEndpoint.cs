using WeComSync.Worker.WeCom.Http;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Tokens;

/// <summary><c>gettoken</c>, the one call that carries a secret.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/91039</remarks>
internal sealed class TokenEndpoint(WeComSender sender)
{
    public const string Path = "gettoken";

    /// <summary>WeCom's usual figure, for answers that give none.</summary>
    private const int UsualLife = 7200;

    /// <returns>The token and for how long WeCom says it lives.</returns>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.StopTenant"/> for a bad secret or corp, at the first try.</exception>
    public async Task<(string Token, TimeSpan Life)> FetchAsync(WeComCaller caller, string secret, CancellationToken ct)
    {
        var escaped = Uri.EscapeDataString(secret);
        var request = new WeComRequest(Path, $"corpid={Uri.EscapeDataString(caller.CorpId)}&corpsecret={escaped}") { Secret = secret };
        var reply = await sender.SendAsync(
            caller, request, null, (response, cancel) => ReplyReader.ReadAsync(response, WeComJson.Default.TokenReply, cancel), ct);
        if (string.IsNullOrEmpty(reply.AccessToken))
        {
            throw WeComFault.Incomplete(Path, "token");
        }

        return (reply.AccessToken, TimeSpan.FromSeconds(reply.ExpiresIn is > 0 and <= 86_400 and var seconds ? seconds : UsualLife));
    }
}
