using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Api;

/// <summary><c>get_jsapi_ticket</c> and <c>ticket/get</c>: an application asks for what pages sign with.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90506, 94313</remarks>
internal static class TicketEndpoints
{
    public static Endpoint[] All { get; } =
    [
        new("get_jsapi_ticket", call => ValueTask.FromResult(Get(call, TicketKind.Config))) { Rights = Rights.App },
        new("ticket/get", call => ValueTask.FromResult(call.Query("type") == "agent_config" ? Get(call, TicketKind.AgentConfig) : 40058))
        {
            Rights = Rights.App,
        },
    ];

    private static int Get(ApiCall call, TicketKind kind)
    {
        var settings = call.Corp.Settings.Customers;
        var now = call.Corp.Now;
        if (kind == TicketKind.Config && !call.Corp.CountTicket(settings.TicketsPerHour, now))
            return 45009;
        if (((App)call.KnownCredential!).Tickets.Ask(kind, settings.TicketsPerHourAndApp, now) is not (var text, var expiresAt))
            return 45009;
        var json = call.Begin();
        json.WriteString("ticket", text);
        json.WriteNumber("expires_in", (long)(expiresAt - now).TotalSeconds);
        return 0;
    }
}
