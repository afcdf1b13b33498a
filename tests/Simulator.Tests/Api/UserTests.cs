using System.Text;
using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Api;

public sealed class UserTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task A_member_has_the_fields_of_a_real_answer_with_empty_texts_for_what_is_unset()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { AppIsNew = false });
        var sales = corp.World.AddDepartment("sales").Id;
        corp.World.Hire(new Person
        {
            UserId = "HeYutong",
            Name = "何雨桐🌸",
            Mobile = "13900001111",
            Gender = 2,
            Status = 4,
            Avatar = "https://img.example/a/0",
            Memberships = [new(1, 2147484646, true), new(sales)],
            DirectLeaders = ["LuoJian"],
            ExtFields = [new("工号", "A-1042"), new("主页", "个人页", "https://corp.example/p")],
        });

        var answer = await _caller.GetAsync(corp.App, "user/get?userid=heyutong");

        Assert.Equal(
            ["errcode", "errmsg", "userid", "name", "department", "position", "mobile", "gender", "email", "avatar", "status", "isleader",
            "extattr", "telephone", "enable", "hide_mobile", "order", "main_department", "qr_code", "alias", "is_leader_in_dept",
            "thumb_avatar", "direct_leader", "biz_mail"],
            answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal("HeYutong", answer.Text("userid"));
        Assert.Equal("何雨桐🌸", answer.Text("name"));
        Assert.Equal([1, sales], answer.Numbers("department"));
        Assert.Equal([2147484646, 0], answer.Numbers("order"));
        Assert.Equal([1, 0], answer.Numbers("is_leader_in_dept"));
        Assert.Equal(1, answer.GetProperty("main_department").GetInt64());
        Assert.Equal("2", answer.Text("gender"));
        Assert.Equal(4, answer.GetProperty("status").GetInt32());
        Assert.Equal("", answer.Text("position"));
        Assert.Equal("https://img.example/a/100", answer.Text("thumb_avatar"));
        Assert.Equal(["LuoJian"], answer.Texts("direct_leader"));
        Assert.Equal(
            """{"attrs":[{"type":0,"name":"工号","text":{"value":"A-1042"}},{"type":1,"name":"主页","web":{"url":"https://corp.example/p","title":"个人页"}}]}""",
            answer.GetProperty("extattr").GetRawText());
    }

    [Fact]
    public async Task Text_is_raw_utf8_and_never_escaped_beyond_need()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "阿依古丽·买买提 𠮷🌸 <'\"\\> \t");

        using var response = await _caller.GetRawAsync(corp.App, "user/get?userid=a");
        var bytes = await response.Content.ReadAsByteArrayAsync(Caller.Cancel);

        Assert.Contains("\"name\":\"阿依古丽·买买提 𠮷🌸 <'\\\"\\\\> \\t\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(bytes);
        Assert.Equal("阿依古丽·买买提 𠮷🌸 <'\"\\> \t", parsed.RootElement.Text("name"));
    }

    [Fact]
    public async Task Optional_fields_appear_only_when_set()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { AppIsNew = false });
        corp.World.Hire(new Person
        {
            UserId = "a",
            Name = "a",
            Memberships = [new(1)],
            Address = "上海市",
            EnglishName = "A",
            ExternalPosition = "顾问",
            ExternalProfile = new ExternalProfile("示例", "频道", [new("服务时间", "9:00")]),
        });

        var answer = await _caller.GetAsync(corp.App, "user/get?userid=a");

        Assert.Equal("上海市", answer.Text("address"));
        Assert.Equal("A", answer.Text("english_name"));
        Assert.Equal("顾问", answer.Text("external_position"));
        Assert.Equal(
            """{"external_corp_name":"示例","wechat_channels":{"nickname":"频道","status":1},"external_attr":[{"type":0,"name":"服务时间","text":{"value":"9:00"}}]}""",
            answer.GetProperty("external_profile").GetRawText());
    }

    [Fact]
    public async Task A_person_in_several_departments_comes_with_each_and_only_direct_members_come()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var top = corp.World.AddDepartment("top").Id;
        var below = corp.World.AddDepartment("below", top).Id;
        corp.World.Hire("both", "b", top, below);
        corp.World.Hire("low", "l", below);

        Assert.Equal(["both"], (await _caller.GetAsync(corp.App, $"user/list?department_id={top}")).Texts("userlist", "userid"));
        Assert.Equal(["both", "low"], (await _caller.GetAsync(corp.App, $"user/list?department_id={below}")).Texts("userlist", "userid"));
        var simple = await _caller.GetAsync(corp.App, $"user/simplelist?department_id={below}");
        Assert.Equal($$"""{"userid":"both","name":"b","department":[{{top}},{{below}}]}""", simple.GetProperty("userlist")[0].GetRawText());
    }

    [Theory]
    [InlineData("user/list", true)]
    [InlineData("user/list", false)]
    [InlineData("user/simplelist", true)]
    [InlineData("user/simplelist", false)]
    public async Task Fetch_child_gives_the_subtree_once_each_where_it_is_honoured(string path, bool isHonoured)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Settings = new CorpSettings { HonoursFetchChild = isHonoured } });
        var top = corp.World.AddDepartment("top").Id;
        var below = corp.World.AddDepartment("below", top).Id;
        corp.World.Hire("both", "b", top, below);
        corp.World.Hire("low", "l", below);
        corp.World.Hire("elsewhere", "e");

        var answer = await _caller.GetAsync(corp.App, $"{path}?department_id={top}&fetch_child=1");
        var shallow = await _caller.GetAsync(corp.App, $"{path}?department_id={top}&fetch_child=0");

        Assert.Equal(isHonoured ? ["both", "low"] : ["both"], answer.Texts("userlist", "userid").Order());
        Assert.Equal(["both"], shallow.Texts("userlist", "userid"));
    }

    [Fact]
    public async Task Too_many_members_for_one_answer_are_refused()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 30, Departments = 10, Settings = new CorpSettings { MaxUsersPerAnswer = 29 } });

        var all = await _caller.GetAsync(corp.App, "user/list?department_id=1&fetch_child=1");
        corp.World.Leave(corp.World.People[0].UserId);
        var fewer = await _caller.GetAsync(corp.App, "user/list?department_id=1&fetch_child=1");

        Assert.Equal(45029, all.ErrCode());
        Assert.Empty(all.Texts("userlist", "userid"));
        Assert.Equal(0, fewer.ErrCode());
        Assert.Equal(29, fewer.GetProperty("userlist").GetArrayLength());
    }

    [Fact]
    public async Task An_answer_of_many_megabytes_is_complete_and_valid()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 12_000, Departments = 50 });

        var answer = await _caller.GetAsync(corp.App, "user/list?department_id=1&fetch_child=1");

        Assert.Equal(corp.World.People.Select(person => person.UserId), answer.Texts("userlist", "userid"));
    }

    [Theory]
    [InlineData("user/get?userid=nobody", 60111)]
    [InlineData("user/get?userid=outside", 60111)]
    [InlineData("user/get", 40003)]
    [InlineData("user/list", 40035)]
    [InlineData("user/list?department_id=9999", 60003)]
    public async Task Unknown_and_invisible_ones_are_refused(string pathAndQuery, int code)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("outside", "o");
        corp.App.Range = VisibleRange.OfDepartments(corp.World.AddDepartment("inside").Id);

        Assert.Equal(code, (await _caller.GetAsync(corp.App, pathAndQuery)).ErrCode());
    }

    [Fact]
    public async Task Departments_outside_the_range_are_left_out_of_a_member_and_so_are_their_orders()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var inside = corp.World.AddDepartment("inside").Id;
        corp.World.Hire(new Person { UserId = "a", Name = "a", Memberships = [new(1, 5, true), new(inside, 6)] });
        corp.App.Range = VisibleRange.OfDepartments(inside);

        var answer = await _caller.GetAsync(corp.App, "user/get?userid=a");

        Assert.Equal([inside], answer.Numbers("department"));
        Assert.Equal([6], answer.Numbers("order"));
        Assert.Equal([0], answer.Numbers("is_leader_in_dept"));
        Assert.False(answer.Has("main_department"));
    }
}
