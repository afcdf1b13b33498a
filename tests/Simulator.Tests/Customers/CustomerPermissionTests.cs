using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Customers;

public sealed class CustomerPermissionTests(SharedHost shared) : IDisposable
{
    private static readonly (string Path, string? Body)[] Calls =
    [
        ("get_follow_user_list", null), ("list?userid=a", null), ("get?external_userid=wm1", null),
        ("batch/get_by_user", """{"userid_list":["a"]}"""), ("get_corp_tag_list", "{}"), ("groupchat/list", """{"limit":10}"""),
    ];

    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task Only_the_customer_secret_and_listed_applications_may_call()
    {
        var corp = AddCorp();
        var second = corp.AddApp(1000003, VisibleRange.WholeCompany);
        second.IsListed = false;

        foreach (var (path, body) in Calls)
        {
            Assert.Equal(48002, await CodeAsync(corp.Contacts, path, body));
            Assert.Equal(48002, await CodeAsync(second, path, body));
            Assert.Equal(0, await CodeAsync(corp.App, path, body));
            Assert.Equal(0, await CodeAsync(corp.CustomerContact, path, body));
        }
    }

    [Fact]
    public async Task New_companies_have_no_customer_secret_and_their_application_may_not_be_listed()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Customers = new CustomerOptions { HasSecret = false, AppIsListed = false } });

        Assert.Equal(40001, (await _caller.GetTokenAsync(corp.Id, corp.CustomerContact.Secret)).ErrCode());
        Assert.Equal(48002, await CodeAsync(corp.App, "get_follow_user_list", null));
    }

    [Fact]
    public async Task The_customer_secret_sees_no_personal_fields_of_members()
    {
        var corp = AddCorp();
        corp.World.Update("a", person => person with { Mobile = "13900001111" });

        Assert.False((await _caller.GetAsync(corp.CustomerContact, "user/get?userid=a")).Has("mobile"));
    }

    [Fact]
    public async Task Followers_are_those_in_the_visible_range_who_have_the_function()
    {
        var corp = AddCorp();
        var customers = corp.Customers;
        customers.ServiceRange = new VisibleRange(["a", "b"], [], []);
        corp.App.Range = new VisibleRange(["B", "c"], [], []);
        foreach (var userId in (string[])["b", "c"])
            customers.Add(userId, "wm1");

        Assert.Equal(["b"], (await GetAsync(corp.App, "get_follow_user_list")).Texts("follow_user"));
        Assert.Equal(["a", "b"], (await GetAsync(corp.CustomerContact, "get_follow_user_list")).Texts("follow_user"));
        Assert.Equal(["b"], (await GetAsync(corp.App, "get?external_userid=wm1")).Texts("follow_user", "userid"));
        Assert.Equal(60111, await CodeAsync(corp.App, "list?userid=a", null));
        Assert.Equal(84083, await CodeAsync(corp.App, "list?userid=c", null));
        Assert.Equal(84083, await CodeAsync(corp.App, "batch/get_by_user", """{"userid_list":["b","c"]}"""));
        customers.ServiceRange = VisibleRange.WholeCompany;
        Assert.Equal(["b", "c"], (await GetAsync(corp.App, "get?external_userid=wm1")).Texts("follow_user", "userid").Order());
    }

    [Fact]
    public async Task When_nobody_has_the_function_no_call_works()
    {
        var corp = AddCorp();
        corp.Customers.ServiceRange = VisibleRange.Nothing;

        Assert.Equal(84074, await CodeAsync(corp.App, "get_follow_user_list", null));
        Assert.Equal(84074, await CodeAsync(corp.App, "list?userid=a", null));
        Assert.Equal(84074, await CodeAsync(corp.App, "batch/get_by_user", """{"userid_list":["a"]}"""));
    }

    [Theory]
    [InlineData(UnseenFollowers.Refused, 40096, false)]
    [InlineData(UnseenFollowers.Empty, 0, true)]
    [InlineData(UnseenFollowers.Absent, 0, false)]
    public async Task A_customer_without_a_follower_in_sight_may_look_in_three_ways(UnseenFollowers shape, int code, bool hasList)
    {
        var corp = AddCorp();
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { UnseenFollowers = shape } };
        corp.App.Range = new VisibleRange(["b"], [], []);

        var answer = await GetAsync(corp.App, "get?external_userid=wm1");

        Assert.Equal(code, answer.ErrCode());
        if (code == 0)
        {
            Assert.Equal("wm1", answer.GetProperty("external_contact").Text("external_userid"));
            Assert.Equal(hasList, answer.Has("follow_user"));
        }
    }

    [Fact]
    public async Task A_member_who_left_is_60111_and_his_customers_stay_with_the_others()
    {
        var corp = AddCorp();
        corp.Customers.Add("b", "wm1");
        corp.Customers.Add("a", "wmOnly");

        corp.World.Leave("a");

        Assert.Equal(60111, await CodeAsync(corp.App, "list?userid=a", null));
        Assert.Equal(60111, await CodeAsync(corp.App, "batch/get_by_user", """{"userid_list":["a","b"]}"""));
        Assert.Equal(["b"], (await GetAsync(corp.App, "get?external_userid=wm1")).Texts("follow_user", "userid"));
        Assert.Equal(84061, await CodeAsync(corp.App, "get?external_userid=wmOnly", null));
        Assert.Equal([("b", "wm1")], corp.Customers.Relations.Select(relation => (relation.UserId, relation.ExternalUserId)));
    }

    [Fact]
    public async Task Relations_survive_a_changed_userid()
    {
        var corp = AddCorp();
        corp.World.Hire(new Person { UserId = "x1", Name = "x", Memberships = [new(1)], HasGeneratedUserId = true });
        corp.Customers.Add("x1", "wm9");
        corp.Customers.ServiceRange = new VisibleRange(["x1"], [], []);

        corp.World.ChangeUserId("x1", "xin");

        Assert.Equal(["xin"], (await GetAsync(corp.App, "get_follow_user_list")).Texts("follow_user"));
        Assert.Equal(["wm9"], (await GetAsync(corp.App, "list?userid=xin")).Texts("external_userid"));
        Assert.Equal(["xin"], (await GetAsync(corp.App, "get?external_userid=wm9")).Texts("follow_user", "userid"));
    }

    private async Task<int> CodeAsync(Credential who, string path, string? body) => (body is null
        ? await GetAsync(who, path)
        : await _caller.PostAsync(who, $"externalcontact/{path}", body)).ErrCode();

    private Task<JsonElement> GetAsync(Credential who, string path) => _caller.GetAsync(who, $"externalcontact/{path}");

    private Corp AddCorp()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        foreach (var userId in (string[])["a", "b", "c"])
            corp.World.Hire(userId, userId);
        corp.Customers.Add("a", "wm1");
        return corp;
    }
}
