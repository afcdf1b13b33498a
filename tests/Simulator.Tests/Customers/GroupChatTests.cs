using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Customers;

public sealed class GroupChatTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task A_group_has_members_of_the_company_customers_and_strangers_with_unionid()
    {
        var corp = AddCorp();
        corp.Customers.Add("a", "wm1");
        var chat = corp.Customers.AddChat("a", "福利群", "b", "wm1");
        corp.Customers.JoinChat(chat.ChatId, ["wmStranger", "wo1"], joinScene: 3);
        corp.Customers.EditCustomer("wm1", customer => customer with { Name = "海边的风" });
        chat = corp.Customers.FindChat(chat.ChatId)!;

        var answer = (await GetAsync(corp, $$"""{"chat_id":"{{chat.ChatId}}"}""")).GetProperty("group_chat");
        var named = (await GetAsync(corp, $$"""{"chat_id":"{{chat.ChatId}}","need_name":1}""")).GetProperty("group_chat");

        Assert.Equal(["chat_id", "name", "owner", "create_time", "notice", "member_list", "admin_list", "member_version"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("福利群", "a", chat.MemberVersion), (answer.Text("name"), answer.Text("owner"), answer.Text("member_version")));
        Assert.Matches("^[0-9a-f]{32}$", chat.MemberVersion);
        Assert.Equal(["a", "b", "wm1", "wmStranger", "wo1"], answer.Texts("member_list", "userid"));
        Assert.Equal([1L, 1, 2, 2, 2], answer.Numbers("member_list", "type"));
        Assert.Equal([1L, 1, 1, 3, 3], answer.Numbers("member_list", "join_scene"));
        var members = answer.GetProperty("member_list").EnumerateArray().ToArray();
        Assert.Equal([false, false, true, true, false], members.Select(member => member.Has("unionid")));
        Assert.Equal([false, true, true, false, false], members.Select(member => member.Has("invitor")));
        Assert.Equal("a", members[1].GetProperty("invitor").Text("userid"));
        Assert.All(members, member => Assert.False(member.Has("name")));
        Assert.Equal(("b", "海边的风"), (named.GetProperty("member_list")[1].Text("name"), named.GetProperty("member_list")[2].Text("name")));
    }

    [Fact]
    public async Task Groups_are_listed_page_by_page_by_owner_and_status()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 4, Customers = new CustomerOptions { Count = 30, GroupChats = 10 } });
        var owner = corp.World.People[0].UserId;
        var chats = corp.Customers.Chats.ToArray();

        var pages = new List<string[]>();
        var cursor = "";
        do
        {
            var page = await ListAsync(corp, $$"""{"limit":4,"cursor":"{{cursor}}"}""");
            pages.Add(page.Texts("group_chat_list", "chat_id"));
            cursor = page.Text("next_cursor");
        }
        while (cursor.Length > 0);
        var owned = await ListAsync(corp, $$$"""{"limit":1000,"owner_filter":{"userid_list":["{{{owner}}}"]}}""");

        Assert.Equal([4, 4, 2], pages.Select(page => page.Length));
        Assert.Equal(chats.Select(chat => chat.ChatId), pages.SelectMany(page => page));
        Assert.Equal(chats.Where(chat => chat.OwnerUserId == owner).Select(chat => chat.ChatId), owned.Texts("group_chat_list", "chat_id"));
        Assert.All(owned.Numbers("group_chat_list", "status"), status => Assert.Equal(0, status));
        corp.World.Leave(owner);
        Assert.Equal(7, (await ListAsync(corp, """{"limit":1000}""")).GetProperty("group_chat_list").GetArrayLength());
        var left = await ListAsync(corp, $$$"""{"limit":1000,"owner_filter":{"userid_list":["{{{owner}}}"]}}""");
        Assert.Equal([1L, 1, 1], left.Numbers("group_chat_list", "status"));
        Assert.Equal(0, (await ListAsync(corp, $$$"""{"limit":1000,"status_filter":2,"owner_filter":{"userid_list":["{{{owner}}}"]}}""")).GetProperty("group_chat_list").GetArrayLength());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"limit":0}""")]
    [InlineData("""{"limit":1001}""")]
    [InlineData("""{"limit":10,"status_filter":4}""")]
    [InlineData("""{"limit":10,"cursor":"none.5"}""")]
    public async Task A_wrong_question_is_40058(string body) => Assert.Equal(40058, (await ListAsync(AddCorp(), body)).ErrCode());

    [Fact]
    public async Task With_more_than_a_thousand_people_owners_must_be_named()
    {
        var corp = AddCorp();
        corp.Customers.AddChat("a", "群");
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { MostChatOwners = 1 } };

        Assert.Equal(81017, (await ListAsync(corp, """{"limit":10}""")).ErrCode());
        Assert.Equal(0, (await ListAsync(corp, """{"limit":10,"owner_filter":{"userid_list":["a"]}}""")).ErrCode());
        corp.App.Range = new VisibleRange(["a"], [], []);
        Assert.Equal(0, (await ListAsync(corp, """{"limit":10}""")).ErrCode());
    }

    [Fact]
    public async Task A_group_is_seen_with_its_owner_and_gone_when_dismissed()
    {
        var corp = AddCorp();
        var chat = corp.Customers.AddChat("a", "群", "b").ChatId;
        corp.App.Range = new VisibleRange(["b"], [], []);

        Assert.Equal(90501, (await GetAsync(corp, $$"""{"chat_id":"{{chat}}"}""")).ErrCode());
        Assert.Equal(0, (await ListAsync(corp, """{"limit":10}""")).GetProperty("group_chat_list").GetArrayLength());
        corp.Customers.ChangeChatOwner(chat, "b");
        Assert.Equal("b", (await GetAsync(corp, $$"""{"chat_id":"{{chat}}"}""")).GetProperty("group_chat").Text("owner"));
        corp.Customers.DismissChat(chat);
        Assert.Equal(90501, (await GetAsync(corp, $$"""{"chat_id":"{{chat}}"}""")).ErrCode());
        Assert.Equal(0, (await ListAsync(corp, """{"limit":10}""")).GetProperty("group_chat_list").GetArrayLength());
        Assert.Empty(corp.Customers.Chats);
        Assert.Equal(40058, (await GetAsync(corp, "{}")).ErrCode());
    }

    [Fact]
    public async Task What_the_api_shows_of_a_group_may_lag_behind()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions { People = 3, Customers = new CustomerOptions { Count = 20, GroupChats = 1 } });
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { ChatLag = TimeSpan.FromSeconds(100) } };
        var before = corp.Customers.Chats.Single();
        async Task<(string Name, string Version)> ReadAsync()
        {
            var chat = (await caller.PostAsync(corp.App, "externalcontact/groupchat/get", $$"""{"chat_id":"{{before.ChatId}}"}""")).GetProperty("group_chat");
            return (chat.Text("name"), chat.Text("member_version"));
        }

        corp.Customers.RenameChat(before.ChatId, "新名");
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        var after = corp.Customers.JoinChat(before.ChatId, ["wmNew"]);
        var created = corp.Customers.AddChat(corp.World.People[0].UserId, "新群").ChatId;

        Assert.Equal((before.Name, before.MemberVersion), await ReadAsync());
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(("新名", before.MemberVersion), await ReadAsync());
        Assert.Equal(90501, (await caller.PostAsync(corp.App, "externalcontact/groupchat/get", $$"""{"chat_id":"{{created}}"}""")).ErrCode());
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(("新名", after.MemberVersion), await ReadAsync());
        Assert.Equal(0, (await caller.PostAsync(corp.App, "externalcontact/groupchat/get", $$"""{"chat_id":"{{created}}"}""")).ErrCode());
    }

    private Task<JsonElement> ListAsync(Corp corp, string body) => _caller.PostAsync(corp.App, "externalcontact/groupchat/list", body);

    private Task<JsonElement> GetAsync(Corp corp, string body) => _caller.PostAsync(corp.App, "externalcontact/groupchat/get", body);

    private Corp AddCorp()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "a");
        corp.World.Hire("b", "b");
        return corp;
    }
}
