using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Api;

public sealed class PermissionTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Theory]
    [InlineData("user/get?userid=a")]
    [InlineData("user/simplelist?department_id=1")]
    [InlineData("user/list?department_id=1")]
    [InlineData("department/list")]
    [InlineData("department/get?id=1")]
    public async Task Contact_sync_reads_details_only_from_an_address_of_old(string pathAndQuery)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "a");

        var refused = await _caller.GetAsync(corp.Contacts, pathAndQuery);
        corp.Contacts.Ip = ContactSyncIp.Grandfathered;
        var allowed = await _caller.GetAsync(corp.Contacts, pathAndQuery);

        Assert.Equal(48009, refused.ErrCode());
        Assert.StartsWith("api forbidden for contact assistant", refused.ErrMsg(), StringComparison.Ordinal);
        Assert.Equal(0, allowed.ErrCode());
    }

    [Fact]
    public async Task Contact_sync_from_a_new_address_still_lists_all_ids_and_tags()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 5, Departments = 4, Tags = 2 });

        Assert.Equal(4, (await _caller.GetAsync(corp.Contacts, "department/simplelist")).Numbers("department_id", "id").Length);
        Assert.True((await _caller.ListIdsAsync(corp.Contacts, 100)).Count >= 5);
        Assert.Equal(2, (await _caller.GetAsync(corp.Contacts, "tag/list")).Numbers("taglist", "tagid").Length);
    }

    [Fact]
    public async Task The_visible_range_is_made_of_people_subtrees_and_tags_and_may_change_at_any_time()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var world = corp.World;
        var tree = world.AddDepartment("tree").Id;
        var below = world.AddDepartment("below", tree).Id;
        var tagged = world.AddDepartment("tagged").Id;
        foreach (var (userId, department) in (( string, long)[])[("byTree", below), ("byUser", 1), ("byTag", 1), ("byTagDepartment", tagged), ("nobody", 1)])
            world.Hire(userId, userId, department);
        var tag = world.AddTag("t").Id;
        world.AddToTag(tag, ["byTag"], [tagged]);
        corp.App.Range = new VisibleRange(["BYUSER"], [tree], [tag]);

        async Task<string[]> Visible()
        {
            var seen = new List<string>();
            foreach (var person in world.People)
                if ((await _caller.GetAsync(corp.App, $"user/get?userid={person.UserId}")).ErrCode() == 0)
                    seen.Add(person.UserId);
            return [.. seen];
        }

        Assert.Equal(["byTree", "byUser", "byTag", "byTagDepartment"], await Visible());
        Assert.Equal(new[] { tree, below, tagged }.Order(), (await _caller.GetAsync(corp.App, "department/list")).Numbers("department", "id").Order());
        world.RemoveFromTag(tag, ["byTag"], []);
        Assert.Equal(["byTree", "byUser", "byTagDepartment"], await Visible());
        corp.App.Range = VisibleRange.Nothing;
        Assert.Empty(await Visible());
        Assert.Empty((await _caller.GetAsync(corp.App, "department/list")).Numbers("department", "id"));
    }

    [Fact]
    public async Task A_changed_userid_stays_in_the_range()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire(new Person { UserId = "a7f0c2d4", Name = "唐明", Memberships = [new(1)], HasGeneratedUserId = true });
        corp.App.Range = new VisibleRange(["a7f0c2d4"], [], []);

        corp.World.ChangeUserId("a7f0c2d4", "tang.ming");

        Assert.Equal(0, (await _caller.GetAsync(corp.App, "user/get?userid=tang.ming")).ErrCode());
        Assert.Equal(60111, (await _caller.GetAsync(corp.App, "user/get?userid=a7f0c2d4")).ErrCode());
        Assert.Equal(["tang.ming"], (await _caller.GetAsync(corp.App, "agent/get?agentid=1000002")).GetProperty("allow_userinfos").Texts("user", "userid"));
    }

    [Fact]
    public async Task An_untrusted_address_gets_a_token_and_then_60020_with_the_address_to_enter()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { TrustedIps = ["198.51.100.1"] });

        var refused = await _caller.GetAsync(corp.App, "department/list");
        var other = await _caller.GetAsync(corp.Contacts, "department/simplelist");
        corp.App.TrustIps(["198.51.100.1", "203.0.113.10"]);
        var allowed = await _caller.GetAsync(corp.App, "department/list");

        Assert.Equal(60020, refused.ErrCode());
        Assert.Matches(@"^not allow to access from your ip, hint: \[\d+\], from ip: 203\.0\.113\.10, more info at https://open\.work\.weixin\.qq\.com/devtool/query\?e=60020$", refused.ErrMsg());
        Assert.Equal(0, other.ErrCode());
        Assert.Equal(0, allowed.ErrCode());
    }

    [Fact]
    public async Task A_change_of_trusted_addresses_may_take_a_minute()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions { TrustedIps = [] });

        corp.App.TrustIps(["203.0.113.10"], after: TimeSpan.FromMinutes(1));

        Assert.Equal(60020, (await caller.GetAsync(corp.App, "department/list")).ErrCode());
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(0, (await caller.GetAsync(corp.App, "department/list")).ErrCode());
    }

    [Fact]
    public async Task The_callers_address_can_be_changed_for_all_or_be_the_true_one()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions { CallerAddress = null }, Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions { TrustedIps = ["198.51.100.1"] });

        Assert.Contains("from ip: 127.0.0.1,", (await caller.GetAsync(corp.App, "department/list")).ErrMsg(), StringComparison.Ordinal);
        host.CallerAddress = "198.51.100.1";
        Assert.Equal(0, (await caller.GetAsync(corp.App, "department/list")).ErrCode());
    }

    [Theory]
    [InlineData(HiddenShape.Absent)]
    [InlineData(HiddenShape.Empty)]
    [InlineData(HiddenShape.Null)]
    public async Task A_new_application_does_not_see_personal_fields_in_any_shape(HiddenShape shape)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { AppIsNew = true, Settings = new CorpSettings { HiddenShape = shape } });
        corp.World.Hire(new Person
        {
            UserId = "a",
            Name = "甲",
            Memberships = [new(1)],
            Gender = 1,
            Mobile = "13900001111",
            Email = "a@corp.example",
            BizMail = "a@mail.corp.example",
            Avatar = "https://img.example/a/0",
            Address = "上海市",
        });

        var single = await _caller.GetAsync(corp.App, "user/get?userid=a");
        var listed = (await _caller.GetAsync(corp.App, "user/list?department_id=1")).GetProperty("userlist")[0];

        foreach (var answer in new[] { single, listed })
        {
            Assert.Equal("甲", answer.Text("name"));
            Assert.Equal("0", answer.Text("gender"));
            foreach (var field in (string[])["mobile", "email", "biz_mail", "avatar", "thumb_avatar", "qr_code", "address"])
            {
                var expected = shape switch { HiddenShape.Absent => null, HiddenShape.Empty => "\"\"", _ => "null" };
                Assert.Equal(expected, answer.TryGetProperty(field, out var value) ? value.GetRawText() : null);
            }
        }
    }

    [Fact]
    public async Task Single_fields_can_be_granted_and_an_old_application_sees_all()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire(new Person { UserId = "a", Name = "a", Memberships = [new(1)], Mobile = "13900001111", Email = "a@corp.example" });
        var old = corp.AddApp(1000003, VisibleRange.WholeCompany, isNew: false);
        corp.App.HiddenFields = PersonalFields.All & ~PersonalFields.Mobile;

        var granted = await _caller.GetAsync(corp.App, "user/get?userid=a");
        var all = await _caller.GetAsync(old, "user/get?userid=a");

        Assert.Equal("13900001111", granted.Text("mobile"));
        Assert.False(granted.Has("email"));
        Assert.Equal("a@corp.example", all.Text("email"));
    }
}
