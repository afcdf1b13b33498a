using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WeCom.Http;

/// <summary>Failures on the way to WeCom or back, where no errcode tells what happened.</summary>
internal static class WeComFault
{
    /// <summary>A fault that may pass: the call is tried again.</summary>
    public static WeComException Passing(string endpoint, string reason, Exception? inner = null) =>
        new(endpoint, null, WeComErrorClass.Retry, reason,
            "Nothing to do if it passes; if it lasts, check this server's way to WeCom (network, DNS, WeCom:BaseUrl, Http:Proxy).", null, inner);

    /// <summary>WeCom answered, but not with what was asked for. Nothing is wrong on the way to it.</summary>
    /// <param name="endpoint">What was asked.</param>
    /// <param name="what">What is missing.</param>
    public static WeComException Incomplete(string endpoint, string what) =>
        new(endpoint, null, WeComErrorClass.Retry, SyncTexts.Incomplete.With(what), "Nothing to do if it passes; if it lasts, report it to WeCom.") { Incomplete = true };

    /// <summary>An answer without the list that was asked for is not an empty list: it says nothing.</summary>
    public static WeComException NoList(string endpoint) => Incomplete(endpoint, "list");

    /// <summary>A list with an entry that names nothing: whoever is missing from it may be that one.</summary>
    public static WeComException Hole(string endpoint) => Incomplete(endpoint, "id in an entry of its list");

    /// <summary>An answer that the same request would get again: the configuration is wrong.</summary>
    public static WeComException Misdirected(string endpoint, string reason) =>
        new(endpoint, null, WeComErrorClass.Bug, reason,
            "Check WeCom:BaseUrl and Http:Proxy; the default address is https://qyapi.weixin.qq.com.");
}
