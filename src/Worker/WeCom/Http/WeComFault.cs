namespace WeComSync.Worker.WeCom.Http;

/// <summary>Failures on the way to WeCom or back, where no errcode tells what happened.</summary>
internal static class WeComFault
{
    /// <summary>A fault that may pass: the call is tried again.</summary>
    public static WeComException Passing(string endpoint, string reason, Exception? inner = null) =>
        new(endpoint, null, WeComErrorClass.Retry, reason,
            "Nothing to do if it passes; if it lasts, check this server's way to WeCom (network, DNS, WeCom:BaseUrl, Http:Proxy).", null, inner);

    /// <summary>An answer that the same request would get again: the configuration is wrong.</summary>
    public static WeComException Misdirected(string endpoint, string reason) =>
        new(endpoint, null, WeComErrorClass.Bug, reason,
            "Check WeCom:BaseUrl and Http:Proxy; the default address is https://qyapi.weixin.qq.com.");
}
