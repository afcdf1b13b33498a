using WeComSync.Simulator.Faults;

namespace WeComSync.Simulator.Api;

/// <summary><c>gettoken</c>. No limit of calls is published for it, only the ban for wrong secrets.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/91039</remarks>
internal static class TokenEndpoints
{
    public static Endpoint[] All { get; } = [new("gettoken", GetAsync) { Rights = Rights.Anyone, IsLimited = false }];

    private static ValueTask<int> GetAsync(ApiCall call) => ValueTask.FromResult(Get(call));

    private static int Get(ApiCall call)
    {
        var now = call.Host.Clock.GetUtcNow();
        if (call.Host.SecretGuard.IsBanned(call.Address, now))
            return 45009;
        if (call.Query("corpsecret") is null)
            return 41004;
        if (call.Query("corpid") is null)
            return 41002;
        if (call.KnownCorp is not { } corp)
            return 40013;
        if (corp.Settings.IsSuspended)
            return 301007;
        if (call.KnownCredential is not { IsEnabled: true } credential)
        {
            call.Host.SecretGuard.CountWrong(call.Address, now);
            return corp.Settings.WrongSecretCode;
        }
        if (credential.IsSecretTooOld)
            return 45031;
        var (token, isRepeated) = call.Host.Tokens.Issue(credential, now);
        if (call.Fault is TokenDeathFault(var code))
            token.Kill(code);
        var lifetime = isRepeated && !corp.Settings.RepeatedTokenLooksFresh ? token.ExpiresAt - now : corp.Settings.TokenLifetime;
        var json = call.Begin();
        json.WriteString("access_token", token.Text);
        json.WriteNumber("expires_in", (long)lifetime.TotalSeconds);
        return 0;
    }
}
