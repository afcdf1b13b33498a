using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Customers;

public sealed class CustomerBatchTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task A_batch_has_one_entry_for_each_pair_with_tag_ids_and_no_personal_tags()
    {
        var corp = AddCorp();
        var group = corp.Customers.AddTagGroup("等级", "金卡", "银卡");
        Follow Tagged(Follow _) => new()
        {
            Remark = "r",
            CreateTime = 7,
            TagIds = [group.Tags[0].Id, group.Tags[1].Id],
            PersonalTags = [new PersonalTag("我的", "x")],
        };
        corp.Customers.Add("a", "wm1", Tagged);
        corp.Customers.Add("b", "wm1");
        corp.Customers.Delete("b", "wm1");
        corp.Customers.Add("b", "wm2");
        corp.Customers.DeleteTag(group.Tags[1].Id);

        var answer = await BatchAsync(corp, """{"userid_list":["a","b"]}""");

        var entries = answer.GetProperty("external_contact_list").EnumerateArray().ToDictionary(entry => entry.GetProperty("external_contact").Text("external_userid"));
        Assert.Equal(["wm1", "wm2"], entries.Keys.Order());
        Assert.Equal(
            $$"""{"userid":"a","remark":"r","description":"","createtime":7,"tag_id":["{{group.Tags[0].Id}}"],"remark_corp_name":"","remark_mobiles":[],"add_way":0}""",
            entries["wm1"].GetProperty("follow_info").GetRawText());
        Assert.Equal("", answer.Text("next_cursor"));
        Assert.False(answer.Has("fail_info"));
    }

    [Theory]
    [InlineData("", 50)]
    [InlineData(""","limit":7""", 7)]
    [InlineData(""","limit":100""", 100)]
    [InlineData(""","limit":5000""", 100)]
    public async Task The_limit_is_50_unless_given_and_at_most_100(string limit, int size)
    {
        var corp = Filled(130);

        var answer = await BatchAsync(corp, $$"""{"userid_list":{{Everybody(corp)}}{{limit}}}""");

        Assert.Equal(size, answer.GetProperty("external_contact_list").GetArrayLength());
        Assert.NotEqual("", answer.Text("next_cursor"));
    }

    [Fact]
    public async Task Pages_may_be_smaller_than_asked_for()
    {
        var corp = Filled(130, new CustomerSettings { FollowsPerPage = 9 });

        var answer = await BatchAsync(corp, $$"""{"userid_list":{{Everybody(corp)}},"limit":100}""");

        Assert.Equal(9, answer.GetProperty("external_contact_list").GetArrayLength());
        Assert.Equal(130, (await WalkAsync(corp, Everybody(corp))).Count);
    }

    [Theory]
    [InlineData(CursorPaging.Snapshot)]
    [InlineData(CursorPaging.Live)]
    public async Task Pages_have_every_pair_once_and_the_truth_is_the_same(CursorPaging paging)
    {
        var corp = Filled(230, new CustomerSettings { Paging = paging });

        var pairs = await WalkAsync(corp, Everybody(corp));

        Assert.Equal(corp.Customers.Relations.Select(relation => (relation.UserId, relation.ExternalUserId)).Order(), pairs.Order());
        Assert.Equal(corp.Customers.RelationCount, pairs.Count);
        Assert.NotEqual(corp.Customers.Relations.Select(relation => (relation.UserId, relation.ExternalUserId)), pairs);
    }

    [Fact]
    public async Task Pages_of_a_changing_company_miss_or_repeat_some_when_they_are_live()
    {
        var corp = Filled(300, new CustomerSettings { Paging = CursorPaging.Live });
        var truth = corp.Customers.Relations.Select(relation => (relation.UserId, relation.ExternalUserId)).ToList();
        var deleted = new HashSet<(string UserId, string ExternalUserId)>();

        var pairs = await WalkAsync(corp, Everybody(corp), between: seen =>
        {
            foreach (var pair in seen.Except(deleted).Take(5).ToArray())
            {
                corp.Customers.Delete(pair.UserId, pair.ExternalUserId);
                deleted.Add(pair);
            }
        });

        Assert.True(truth.Except(pairs).Any(), "Rows should have shifted past the position.");
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_members_and_application_only_and_not_for_ever()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions { People = 3, Customers = new CustomerOptions { Count = 200, IdleShare = 0 } });
        var second = corp.AddApp(1000003, VisibleRange.WholeCompany);
        var people = corp.World.People;
        Task<JsonElement> Ask(Credential who, int count, string cursor) => caller.PostAsync(who, "externalcontact/batch/get_by_user",
            $$"""{"userid_list":{{JsonSerializer.Serialize(people.Take(count).Select(person => person.UserId))}},"cursor":"{{cursor}}"}""");
        var cursor = (await Ask(corp.App, 3, "")).Text("next_cursor");

        Assert.Equal(40058, (await Ask(corp.App, 2, cursor)).ErrCode());
        Assert.Equal(40058, (await Ask(second, 3, cursor)).ErrCode());
        Assert.Equal(40058, (await Ask(corp.App, 3, "x" + cursor)).ErrCode());
        Assert.Equal(0, (await Ask(corp.App, 3, cursor)).ErrCode());
        host.Clock.Advance(TimeSpan.FromHours(4.1));
        corp.KillTokens();
        using var later = new Caller(host);
        Assert.Equal(40058, (await later.PostAsync(corp.App, "externalcontact/batch/get_by_user",
            $$"""{"userid_list":{{Everybody(corp)}},"cursor":"{{cursor}}"}""")).ErrCode());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"userid_list":[]}""")]
    [InlineData("""{"userid_list":"a"}""")]
    [InlineData("""{"userid_list":["a"],"limit":"x"}""")]
    [InlineData("""{"userid_list":["a|bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"]}""")]
    public async Task A_wrong_body_is_40058(string body) => Assert.Equal(40058, (await BatchAsync(AddCorp(), body)).ErrCode());

    [Fact]
    public async Task More_than_100_members_are_40058()
    {
        var corp = AddCorp();

        Assert.Equal(40058, (await BatchAsync(corp, $$"""{"userid_list":{{JsonSerializer.Serialize(Enumerable.Repeat("a", 101))}}}""")).ErrCode());
    }

    [Fact]
    public async Task Members_without_customers_add_nothing_and_none_with_any_is_84061()
    {
        var corp = AddCorp();
        corp.Customers.Add("a", "wm1");

        Assert.Single((await BatchAsync(corp, """{"userid_list":["a","b"]}""")).GetProperty("external_contact_list").EnumerateArray());
        var nothing = await BatchAsync(corp, """{"userid_list":["b"]}""");
        Assert.Equal(84061, nothing.ErrCode());
        Assert.Equal(0, nothing.GetProperty("external_contact_list").GetArrayLength());
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { EmptyBatchCode = 0 } };
        Assert.Equal(0, (await BatchAsync(corp, """{"userid_list":["b"]}""")).ErrCode());
    }

    [Fact]
    public async Task An_unknown_member_fails_the_batch_or_is_skipped()
    {
        var corp = AddCorp();
        corp.Customers.Add("a", "wm1");

        Assert.Equal(60111, (await BatchAsync(corp, """{"userid_list":["a","nobody"]}""")).ErrCode());
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { BatchSkipsUnknownMembers = true } };
        Assert.Single((await BatchAsync(corp, """{"userid_list":["a","nobody"]}""")).GetProperty("external_contact_list").EnumerateArray());
    }

    [Fact]
    public async Task Members_without_a_licence_are_named_and_only_such_members_are_701008()
    {
        var corp = AddCorp();
        corp.Customers.Add("a", "wm1");
        corp.Customers.Add("b", "wm2");
        corp.Settings = corp.Settings with { Customers = new CustomerSettings { UnlicensedUsers = ["b"] } };

        var some = await BatchAsync(corp, """{"userid_list":["a","b"]}""");

        Assert.Equal(["b"], some.GetProperty("fail_info").Texts("unlicensed_userid_list"));
        Assert.Single(some.GetProperty("external_contact_list").EnumerateArray());
        Assert.Equal(701008, (await BatchAsync(corp, """{"userid_list":["b"]}""")).ErrCode());
    }

    [Fact]
    public async Task Faults_strike_here_as_everywhere()
    {
        var corp = Filled(130);
        await BatchAsync(corp, $$"""{"userid_list":{{Everybody(corp)}}}""");

        shared.Host.Faults.AtCall(corp, 1, Fault.ErrCode(45033));
        var refused = await BatchAsync(corp, $$"""{"userid_list":{{Everybody(corp)}}}""");
        Assert.Equal(45033, refused.ErrCode());
        Assert.Matches(@"^api concurrent out of limit, hint: \[\d+\], from ip: [\d.]+, more info at ", refused.ErrMsg());
        Assert.Equal(0, refused.GetProperty("external_contact_list").GetArrayLength());
        shared.Host.Faults.AtCall(corp, 1, Fault.HalfList());
        var cursor = await BatchAsync(corp, $$"""{"userid_list":{{Everybody(corp)}}}""");
        Assert.Equal(25, cursor.GetProperty("external_contact_list").GetArrayLength());
        shared.Host.Faults.AtCall(corp, 1, Fault.RepeatCursor());
        var again = await BatchAsync(corp, $$"""{"userid_list":{{Everybody(corp)}},"cursor":"{{cursor.Text("next_cursor")}}"}""");
        Assert.Equal(cursor.Text("next_cursor"), again.Text("next_cursor"));
    }

    [Fact]
    public async Task A_sixth_call_with_debug_in_a_minute_is_45009()
    {
        var corp = AddCorp();
        corp.Customers.Add("a", "wm1");

        var codes = new List<int>();
        for (var i = 0; i < 6; i++)
            codes.Add((await _caller.PostAsync(corp.App, "externalcontact/batch/get_by_user?debug=1", """{"userid_list":["a"]}""")).ErrCode());

        Assert.Equal([0, 0, 0, 0, 0, 45009], codes);
        Assert.Equal(0, (await BatchAsync(corp, """{"userid_list":["a"]}""")).ErrCode());
    }

    private async Task<List<(string UserId, string ExternalUserId)>> WalkAsync(
        Corp corp, string userIds, Action<IReadOnlyList<(string UserId, string ExternalUserId)>>? between = null)
    {
        var pairs = new List<(string UserId, string ExternalUserId)>();
        var cursor = "";
        do
        {
            var page = await BatchAsync(corp, $$"""{"userid_list":{{userIds}},"cursor":"{{cursor}}"}""");
            Assert.Equal(0, page.ErrCode());
            pairs.AddRange(page.GetProperty("external_contact_list").EnumerateArray().Select(entry =>
                (entry.GetProperty("follow_info").Text("userid"), entry.GetProperty("external_contact").Text("external_userid"))));
            cursor = page.Text("next_cursor");
            between?.Invoke(pairs);
        }
        while (cursor.Length > 0);
        return pairs;
    }

    private Task<JsonElement> BatchAsync(Corp corp, string body) => _caller.PostAsync(corp.App, "externalcontact/batch/get_by_user", body);

    private static string Everybody(Corp corp) => JsonSerializer.Serialize(corp.World.People.Select(person => person.UserId));

    private Corp Filled(int relations, CustomerSettings? settings = null) => shared.Host.AddCorp(new CorpOptions
    {
        Seed = relations,
        People = 6,
        Customers = new CustomerOptions { Count = relations * 2 / 3, Relations = relations, TagGroups = 3 },
        Settings = new CorpSettings { Customers = settings ?? new() },
    });

    private Corp AddCorp()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "a");
        corp.World.Hire("b", "b");
        return corp;
    }
}
