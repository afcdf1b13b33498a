using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Receiving;

/// <summary>The one public path, <c>/callbacks/{callbackKey}/{channel}</c>; everything else is 404 without a body.</summary>
internal sealed class CallbackRoute(CallbackEndpoint endpoint)
{
    private static readonly Dictionary<string, Channel> Channels =
        Enum.GetValues<Channel>().ToDictionary(EnumText.Of, channel => channel, StringComparer.Ordinal);

    public Task HandleAsync(HttpContext context)
    {
        if (PartsOf(context.Request.Path) is ["callbacks", var key, var name] && Channels.TryGetValue(name, out var channel))
        {
            switch (context.Request.Method)
            {
                case "GET":
                    return endpoint.EchoAsync(context, key, channel);
                case "POST":
                    return endpoint.ReceiveAsync(context, key, channel);
            }
        }

        return NotFoundAsync(context);
    }

    /// <summary>
    /// WeCom calls what somebody pasted, perhaps with a slash or a blank around it, or in upper case. Our addresses are in lower case, so no
    /// two can be meant.
    /// </summary>
    private static string[] PartsOf(PathString path) =>
        (path.Value ?? "").ToLowerInvariant().Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
