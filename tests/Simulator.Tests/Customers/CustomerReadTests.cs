using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Customers;

public sealed class CustomerReadTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task A_customer_is_read_with_every_field_of_his_and_of_each_follower()
    {
        var corp = AddCorp("LiuMei", "ChenHao");
        var group = corp.Customers.AddTagGroup("等级", "金卡");
        corp.Customers.Add("LiuMei", "wmSeaWind", _ => new Follow
        {
            Remark = "海边的风-会员",
            CreateTime = 1_760_000_123,
            TagIds = [group.Tags[0].Id],
            PersonalTags = [new PersonalTag("我的", "爱喝茶")],
            RemarkMobiles = ["13900000001"],
            AddWay = 10,
            State = "shop-0021",
            OperUserId = "wmSeaWind",
            Channels = new ChannelsSource("视频号", 2),
        });
        corp.Customers.Add("ChenHao", "wmSeaWind", _ => new Follow { Remark = "r", CreateTime = 1_760_000_200 });
        corp.Customers.EditCustomer("wmSeaWind", customer => customer with { Name = "海边的风", Gender = 2, Avatar = null, WeChatPerson = "p" });

        var answer = await GetAsync(corp, "get?external_userid=wmSeaWind");

        var unionId = corp.Customers.UnionIdOf(corp.Customers.Find("wmSeaWind")!);
        Assert.Equal($$"""{"external_userid":"wmSeaWind","name":"海边的风","type":1,"gender":2,"unionid":"{{unionId}}"}""", answer.GetProperty("external_contact").GetRawText());
        var followers = answer.GetProperty("follow_user").EnumerateArray().ToDictionary(item => item.Text("userid"));
        Assert.Equal(["ChenHao", "LiuMei"], followers.Keys.Order());
        Assert.Equal(
            $$$"""{"userid":"LiuMei","remark":"海边的风-会员","description":"","createtime":1760000123,"tags":[{"group_name":"等级","tag_name":"金卡","type":1,"tag_id":"{{{group.Tags[0].Id}}}"},{"group_name":"我的","tag_name":"爱喝茶","type":2}],"remark_corp_name":"","remark_mobiles":["13900000001"],"add_way":10,"oper_userid":"wmSeaWind","state":"shop-0021","wechat_channels":{"nickname":"视频号","source":2}}""",
            followers["LiuMei"].GetRawText());
        Assert.False(followers["ChenHao"].Has("oper_userid") || followers["ChenHao"].Has("state"));
        Assert.Equal("", answer.Text("next_cursor"));
    }

    [Fact]
    public async Task A_user_of_another_company_has_a_company_and_a_profile_and_no_unionid()
    {
        var corp = AddCorp("a");
        corp.Customers.Add("a", "woPartner");
        corp.Customers.EditCustomer("woPartner", customer => customer with
        {
            Position = "采购",
            CorpName = "短",
            CorpFullName = "很长有限公司",
            Profile = new ExternalProfile("短", null, [new ExtField("a", "b"), new ExtField("c", "t", "https://x.example/"), new ExtField("d", "t", "pages/i", "wx1")]),
        });

        var contact = (await GetAsync(corp, "get?external_userid=woPartner")).GetProperty("external_contact");

        Assert.Equal((2L, "采购", "短", "很长有限公司"), (contact.GetProperty("type").GetInt64(), contact.Text("position"), contact.Text("corp_name"), contact.Text("corp_full_name")));
        Assert.False(contact.Has("unionid"));
        Assert.Equal(
            """[{"type":0,"name":"a","text":{"value":"b"}},{"type":1,"name":"c","web":{"url":"https://x.example/","title":"t"}},{"type":2,"name":"d","miniprogram":{"appid":"wx1","pagepath":"pages/i","title":"t"}}]""",
            contact.GetProperty("external_profile").GetProperty("external_attr").GetRawText());
    }

    [Fact]
    public async Task Unionids_are_there_only_while_a_developer_id_is_bound_and_are_the_same_in_every_company_of_one_account()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Seed = 31, People = 3, Customers = new CustomerOptions { Count = 5, WeComShare = 0, WeChatSeed = 77, DeveloperAccount = null } });
        var other = shared.Host.AddCorp(new CorpOptions { Seed = 32, People = 3, Customers = new CustomerOptions { Count = 5, WeComShare = 0, WeChatSeed = 77, DeveloperAccount = "mall" } });
        async Task<List<string?>> UnionIdsAsync(Corp of)
        {
            var ids = new List<string?>();
            foreach (var customer in of.Customers.Customers)
            {
                var contact = (await GetAsync(of, $"get?external_userid={customer.ExternalUserId}")).GetProperty("external_contact");
                ids.Add(contact.TryGetProperty("unionid", out var id) ? id.GetString() : null);
            }
            return ids;
        }

        Assert.All(await UnionIdsAsync(corp), id => Assert.Null(id));
        corp.Customers.DeveloperAccount = "mall";
        var bound = await UnionIdsAsync(corp);
        Assert.Equal(await UnionIdsAsync(other), bound);
        Assert.All(bound, id => Assert.Matches("^o.{27}$", id));
        corp.Customers.DeveloperAccount = "another";
        Assert.Empty((await UnionIdsAsync(corp)).Intersect(bound));
        Assert.NotEqual(corp.Customers.Customers.Select(customer => customer.ExternalUserId), other.Customers.Customers.Select(customer => customer.ExternalUserId));
    }

    [Fact]
    public async Task A_customer_of_many_has_pages_of_500_followers()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 1201, Customers = new CustomerOptions { Count = 1, FollowedByAll = 1 } });
        var id = corp.Customers.Customers.First().ExternalUserId;
        var sizes = new List<int>();
        var followers = new List<string>();
        var cursor = "";
        do
        {
            var page = await GetAsync(corp, $"get?external_userid={id}&cursor={cursor}");
            followers.AddRange(page.Texts("follow_user", "userid"));
            sizes.Add(page.GetProperty("follow_user").GetArrayLength());
            cursor = page.Text("next_cursor");
        }
        while (cursor.Length > 0);

        Assert.Equal([500, 500, 201], sizes);
        Assert.Equal(corp.World.People.Select(person => person.UserId).Order(), followers.Order());
        var first = (await GetAsync(corp, $"get?external_userid={id}")).Text("next_cursor");
        corp.Customers.Add(corp.World.PersonAt(0).UserId, "wmOther");
        Assert.Equal(40058, (await GetAsync(corp, $"get?external_userid=wmOther&cursor={first}")).ErrCode());
    }

    [Fact]
    public async Task A_list_has_the_customers_of_one_member_and_an_empty_one_is_84061()
    {
        var corp = AddCorp("a", "idle");
        corp.Customers.Add("a", "wm1");
        corp.Customers.Add("a", "wo2");

        var listed = await GetAsync(corp, "list?userid=A");
        var empty = await GetAsync(corp, "list?userid=idle");

        Assert.Equal(["wm1", "wo2"], listed.Texts("external_userid"));
        Assert.Equal(84061, empty.ErrCode());
        Assert.Empty(empty.Texts("external_userid"));
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { EmptyMemberCode = 0 } };
        Assert.Equal(0, (await GetAsync(corp, "list?userid=idle")).ErrCode());
        Assert.Equal(40003, (await GetAsync(corp, "list")).ErrCode());
        Assert.Equal(60111, (await GetAsync(corp, "list?userid=nobody")).ErrCode());
    }

    [Fact]
    public async Task Somebody_without_a_relation_is_84061_and_a_foreign_id_40096()
    {
        var corp = AddCorp("a");
        corp.Customers.Add("a", "wmGone");
        corp.Customers.Delete("a", "wmGone");
        corp.Customers.AddHalf("a", "wmHalf");
        corp.Customers.AddChat("a", "群", "wmStranger");
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { StrangerCode = 40096 } };

        Assert.Equal(84061, (await GetAsync(corp, "get?external_userid=wmGone")).ErrCode());
        Assert.Equal(84061, (await GetAsync(corp, "get?external_userid=wmHalf")).ErrCode());
        Assert.Equal(40096, (await GetAsync(corp, "get?external_userid=wmStranger")).ErrCode());
        Assert.Equal(40096, (await GetAsync(corp, "get?external_userid=wmForeign")).ErrCode());
        Assert.Equal(41035, (await GetAsync(corp, "get")).ErrCode());
        corp.Customers.Add("a", "wmHalf");
        Assert.Equal(0, (await GetAsync(corp, "get?external_userid=wmHalf")).ErrCode());
    }

    [Fact]
    public async Task A_customer_who_deleted_the_member_looks_as_before()
    {
        var corp = AddCorp("a");
        corp.Customers.Add("a", "wm1");
        var before = (await GetAsync(corp, "get?external_userid=wm1")).GetRawText();

        corp.Customers.DeleteByCustomer("a", "wm1");

        Assert.Equal(before, (await GetAsync(corp, "get?external_userid=wm1")).GetRawText());
        Assert.Equal(["wm1"], (await GetAsync(corp, "list?userid=a")).Texts("external_userid"));
        Assert.True(corp.Customers.Find("a", "wm1")!.Follow.IsDeletedByCustomer);
        corp.Customers.Add("a", "wm1");
        Assert.False(corp.Customers.Find("a", "wm1")!.Follow.IsDeletedByCustomer);
        Assert.Equal(["wm1"], (await GetAsync(corp, "list?userid=a")).Texts("external_userid"));
    }

    [Fact]
    public async Task A_new_relation_may_be_unreadable_for_a_while_and_a_deleted_one_readable()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions { Settings = new CorpSettings { Customers = new CustomerSettings { DataLag = TimeSpan.FromSeconds(100), StaleFollowerFor = TimeSpan.FromSeconds(100) } } });
        corp.World.Hire("a", "a");
        corp.World.Hire("b", "b");
        corp.Customers.Add("a", "wm1");
        corp.Customers.Add("b", "wm1");
        async Task<(int, int, string[])> ReadAsync()
        {
            var got = await caller.GetAsync(corp.App, "externalcontact/get?external_userid=wm1");
            return ((await caller.GetAsync(corp.App, "externalcontact/list?userid=a")).ErrCode(), got.ErrCode(), got.Texts("follow_user", "userid"));
        }

        Assert.Equal((84061, 84061), ((await ReadAsync()).Item1, (await ReadAsync()).Item2));
        host.Clock.Advance(TimeSpan.FromSeconds(101));
        Assert.Equal(["a", "b"], (await ReadAsync()).Item3.Order());
        corp.Customers.Delete("a", "wm1");
        var stale = await ReadAsync();
        Assert.Equal((84061, 0), (stale.Item1, stale.Item2));
        Assert.Equal(["a", "b"], stale.Item3.Order());
        host.Clock.Advance(TimeSpan.FromSeconds(101));
        Assert.Equal(["b"], (await ReadAsync()).Item3);
    }

    [Fact]
    public async Task Added_again_a_customer_has_new_data_or_that_of_the_first_time()
    {
        var corp = AddCorp("a");
        corp.Customers.Add("a", "wm1", follow => follow with { Remark = "first", CreateTime = 5 });
        corp.Customers.Delete("a", "wm1");
        corp.Customers.Add("a", "wm1");
        Assert.NotEqual(5, corp.Customers.Find("a", "wm1")!.Follow.CreateTime);
        corp.Customers.Edit("a", "wm1", follow => follow with { Remark = "second", CreateTime = 6 });
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { ReaddingKeepsData = true } };

        corp.Customers.Delete("a", "wm1");
        corp.Customers.Add("a", "wm1");

        var follower = (await GetAsync(corp, "get?external_userid=wm1")).GetProperty("follow_user").EnumerateArray().Single();
        Assert.Equal(("second", 6L), (follower.Text("remark"), follower.GetProperty("createtime").GetInt64()));
    }

    [Fact]
    public async Task Gender_may_be_a_text()
    {
        var corp = AddCorp("a");
        corp.Customers.Add("a", "wm1");
        corp.Customers.EditCustomer("wm1", customer => customer with { Gender = 2 });
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { GenderIsText = true } };

        Assert.Equal("2", (await GetAsync(corp, "get?external_userid=wm1")).GetProperty("external_contact").Text("gender"));
    }

    private Task<JsonElement> GetAsync(Corp corp, string call) => _caller.GetAsync(corp.App, $"externalcontact/{call}");

    private Corp AddCorp(params string[] userIds)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        foreach (var userId in userIds)
            corp.World.Hire(userId, userId);
        return corp;
    }
}
