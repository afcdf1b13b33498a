namespace WeComSync.Simulator.Control;

/// <summary>Customer groups.</summary>
internal static class ChatRoutes
{
    private const string Chats = "/corps/{corpId}/chats";
    private const string One = Chats + "/{id}";

    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet(Chats, (string corpId) => host.Corp(corpId).Customers.Chats.Select(chat => new { chat.ChatId, chat.Name, chat.OwnerUserId }));
        control.MapGet(One, (string corpId, string id) =>
            host.Corp(corpId).Customers.FindChat(id) ?? throw new KeyNotFoundException($"There is no group {id}."));
        control.MapPost(Chats, (string corpId, ChatRequest request) =>
            host.Corp(corpId).Customers.AddChat(request.OwnerUserId, request.Name, request.Members));
        control.MapPatch(One, (string corpId, string id, ChatPatch patch) =>
        {
            var customers = host.Corp(corpId).Customers;
            if (patch.Name is { } name)
                customers.RenameChat(id, name);
            if (patch.Notice is { } notice)
                customers.SetChatNotice(id, notice);
            if (patch.OwnerUserId is { } owner)
                customers.ChangeChatOwner(id, owner);
            return customers.FindChat(id);
        });
        control.MapPost(One + "/members", (string corpId, string id, ChatMembersRequest request) =>
        {
            var customers = host.Corp(corpId).Customers;
            customers.JoinChat(id, request.Add, request.JoinScene);
            return customers.LeaveChat(id, request.Remove, request.QuitScene);
        });
        control.MapDelete(One, (string corpId, string id) => host.Corp(corpId).Customers.DismissChat(id));
    }
}
