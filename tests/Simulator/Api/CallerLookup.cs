using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Api;

/// <summary>Finds out who calls, and whether he may.</summary>
internal static class CallerLookup
{
    public static void Identify(ApiCall call)
    {
        if (call.Endpoint.Rights == Rights.Anyone)
        {
            call.KnownCorp = call.Query("corpid") is { } corpId ? call.Host.FindCorp(corpId) : null;
            var secret = call.Query("corpsecret");
            call.KnownCredential = call.KnownCorp?.Credentials.FirstOrDefault(credential => credential.Secret == secret);
            return;
        }
        call.Token = call.Query("access_token") is { } text ? call.Host.Tokens.Find(text) : null;
        call.KnownCredential = call.Token?.Credential;
        call.KnownCorp = call.Token?.Credential.Corp;
    }

    /// <returns>0, or the errcode.</returns>
    public static int Admit(ApiCall call)
    {
        if (call.Endpoint.Rights == Rights.Anyone)
            return 0;
        if (call.Query("access_token") is null)
            return 41001;
        if (call.Token is not { } token)
            return 40014;
        if (token.Use(call.Host.Clock.GetUtcNow()) is var dead and not 0)
            return dead;
        var credential = token.Credential;
        if (call.Corp.Settings.IsSuspended)
            return 301007;
        if (!credential.IsEnabled)
            return 50003;
        if (!credential.Trusts(call.Address))
            return 60020;
        if (call.Endpoint.IsPost && !call.IsPost)
            return 40003;
        return call.Endpoint.Rights switch
        {
            Rights.ContactSync or Rights.ContactSyncEdit when credential is not ContactSync => 48002,
            Rights.ContactSyncEdit when credential is ContactSync { CanEdit: false } => call.Corp.Settings.ReadOnlyCode,
            Rights.App when credential is not App => 48002,
            Rights.Customers when credential is not CustomerContact and not App { IsListed: true } => 48002,
            Rights.Details when credential is ContactSync { Ip: ContactSyncIp.New } => 48009,
            _ => 0,
        };
    }
}
