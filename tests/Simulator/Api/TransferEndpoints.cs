using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Api;

/// <summary><c>externalcontact/transfer_customer</c> and <c>externalcontact/transfer_result</c>, and the welcome message.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/92125, 94088, 92137</remarks>
internal static class TransferEndpoints
{
    private const int MaxCustomers = 100;
    private const int PageSize = 1000;

    public static Endpoint[] All { get; } =
    [
        new("externalcontact/transfer_customer", call => ValueTask.FromResult(Begin(call)))
        {
            Rights = Rights.Customers, IsPost = true, WriteEmpty = json => json.WriteEmptyArray("customer"),
        },
        new("externalcontact/transfer_result", call => ValueTask.FromResult(Results(call)))
        {
            Rights = Rights.Customers, IsPost = true, WriteEmpty = json => json.WriteEmptyArray("customer"),
        },
        new("externalcontact/send_welcome_msg", call => ValueTask.FromResult(Welcome(call))) { Rights = Rights.Customers, IsPost = true },
    ];

    private static int Begin(ApiCall call)
    {
        if (call.Body.Texts("external_userid") is not { Length: > 0 and <= MaxCustomers } ids)
            return 40058;
        if (Check(call, out var giver, out var taker) is var refusal and not 0)
            return refusal;
        var json = call.Begin();
        json.WriteStartArray("customer");
        foreach (var id in ids)
        {
            json.WriteStartObject();
            json.WriteString("external_userid"u8, id);
            json.WriteNumber("errcode"u8, call.Corp.Customers.BeginTransfer(giver, taker, id));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return 0;
    }

    private static int Results(ApiCall call)
    {
        if (Check(call, out var giver, out var taker) is var refusal and not 0)
            return refusal;
        var settings = call.Corp.Settings.Customers;
        var asked = new CursorQuestion(call.Body.Text("cursor"), PageSize, settings.Paging, settings.CursorLifetime, call.Corp.Now)
        {
            Subject = $"{call.KnownCredential!.Name} {giver} {taker}",
        };
        if (call.Corp.CustomerPages.Transfers.Open(asked, () => Between(call.Corp.Customers, giver, taker)) is not (var page, var next))
            return settings.BadCursorCode;
        var json = call.Begin();
        json.WriteStartArray("customer");
        foreach (var transfer in page)
        {
            json.WriteStartObject();
            json.WriteString("external_userid"u8, transfer.ExternalUserId);
            json.WriteNumber("status"u8, (int)transfer.Status);
            json.WriteNumber("takeover_time"u8, transfer.TakeoverTime?.ToUnixTimeSeconds() ?? 0);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("next_cursor", call.Next(asked.Cursor, next));
        return 0;
    }

    private static int Welcome(ApiCall call) => call.Body.Text("welcome_code") is not { Length: > 0 } code
        ? 40058
        : call.Corp.Customers.UseWelcome(code, call.KnownCredential!.Name) is var refusal and not 0 ? refusal : Done(call);

    private static int Done(ApiCall call)
    {
        call.Begin();
        return 0;
    }

    private static int Check(ApiCall call, out string giver, out string taker)
    {
        (giver, taker) = (call.Body.Text("handover_userid"), call.Body.Text("takeover_userid"));
        if (giver.Length == 0 || taker.Length == 0)
            return 40058;
        var access = new CustomerAccess(call);
        return access.Check(giver, out _) is var refusal and not 0 ? refusal : access.Check(taker, out _);
    }

    private static Transfer[] Between(CustomerWorld customers, string giver, string taker) =>
        [.. customers.Transfers.Where(transfer => transfer.GiverUserId == giver && transfer.TakerUserId == taker)];
}
