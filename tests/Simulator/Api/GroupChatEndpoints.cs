using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Api;

/// <summary><c>externalcontact/groupchat/list</c> and <c>externalcontact/groupchat/get</c>.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/92120, 92122</remarks>
internal static class GroupChatEndpoints
{
    private const int MaxLimit = 1000;
    private const int MaxOwners = 100;
    private const int TooMany = 81017;

    public static Endpoint[] All { get; } =
    [
        new("externalcontact/groupchat/list", ListAsync)
        {
            Rights = Rights.Customers,
            IsPost = true,
            WriteEmpty = json => json.WriteEmptyArray("group_chat_list"),
        },
        new("externalcontact/groupchat/get", GetAsync) { Rights = Rights.Customers, IsPost = true },
    ];

    private static async ValueTask<int> ListAsync(ApiCall call)
    {
        var settings = call.Corp.Settings.Customers;
        var owners = Array.Empty<string>();
        if (call.Body.TryGetProperty("owner_filter", out var filter) && filter.ValueKind == System.Text.Json.JsonValueKind.Object)
            owners = filter.Texts("userid_list");
        if (call.Body.Number("limit", 0) is not (>= 1 and <= MaxLimit and var limit)
            || call.Body.Number("status_filter", 0) is not (>= 0 and <= 3 and var status)
            || owners is not { Length: <= MaxOwners })
            return 40058;
        if (owners.Length == 0 && CountVisible(call) > settings.MostChatOwners)
            return TooMany;
        var asked = new CursorQuestion(call.Body.Text("cursor"), limit, settings.Paging, settings.CursorLifetime, call.Corp.Now)
        {
            Subject = $"{call.KnownCredential!.Name} {status} {string.Join(' ', owners)}",
        };
        if (call.Corp.CustomerPages.Chats.Open(asked, () => Rows(call, owners, status)) is not (var page, var next))
            return settings.BadCursorCode;
        var json = call.Begin();
        json.WriteStartArray("group_chat_list");
        var count = call.Share(page.Count);
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            json.WriteString("chat_id"u8, call.Corp.Customers.IdOf(page[i]));
            json.WriteNumber("status"u8, Status(page[i]));
            json.WriteEndObject();
            await call.SpillAsync();
        }
        json.WriteEndArray();
        next = call.Next(asked.Cursor, next);
        if (next.Length > 0 || !call.Corp.Settings.LastCursorIsAbsent)
            json.WriteString("next_cursor", next);
        return 0;
    }

    private static async ValueTask<int> GetAsync(ApiCall call)
    {
        if (call.Body.Text("chat_id") is not { Length: > 0 } chatId || call.Body.Number("need_name", 0) is not { } needName)
            return 40058;
        var customers = call.Corp.Customers;
        if (customers.FindChatNode(chatId) is not { } node
            || !IsVisible(call, node)
            || customers.ChatAt(node, Time(call)) is not { } chat)
            return call.Corp.Settings.Customers.UnknownChatCode;
        var json = call.Begin();
        json.WritePropertyName("group_chat");
        await GroupChatJson.WriteAsync(json, chat, customers, needName == 1, call.Share(chat.Members.Length), call.SpillAsync);
        return 0;
    }

    private static DateTimeOffset Time(ApiCall call) => call.Corp.Now - call.Corp.Settings.Customers.ChatLag;

    private static int CountVisible(ApiCall call) =>
        call.Visibility.IsEverything ? call.World.PeopleCount : call.World.MembersBelow(Worlds.Department.RootId)!.Count(call.Visibility.Sees);

    private static bool IsVisible(ApiCall call, ChatNode chat) => call.Visibility.Sees(chat.Owner);

    // The groups of somebody who left are listed only if he is named.
    private static ChatNode[] Rows(ApiCall call, string[] owners, int status)
    {
        var time = Time(call);
        var visibility = call.Visibility;
        var named = owners.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return Array.FindAll(call.Corp.Customers.ChatNodes(), chat =>
            visibility.Sees(chat.Owner)
            && (named.Count == 0 ? chat.Owner.Current is not null : named.Contains(chat.Owner.Last.UserId))
            && (status == 0 || Status(chat) == status)
            && call.Corp.Customers.ExistedAt(chat, time));
    }

    /// <summary>0 normal, 1 the owner left.</summary>
    private static int Status(ChatNode chat) => chat.Owner.Current is null ? 1 : 0;
}
