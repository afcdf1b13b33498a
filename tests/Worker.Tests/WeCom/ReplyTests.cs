using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>Replies that are read as a whole, in the shapes that WeCom and the gateways before it give them.</summary>
public sealed class ReplyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Department_ids_beyond_two_to_the_31st_arrive()
    {
        var nodes = await AskAsync(
            "department/simplelist",
            """{"errcode":0,"errmsg":"ok","department_id":[{"id":4294967295,"parentid":2315041299,"order":4294967295},{"id":"1","parentid":0,"order":"5"},{"id":2}]}""",
            (client, caller) => client.ListDepartmentIdsAsync(caller, Cancel));

        Assert.Equal([(4294967295, 2315041299, 4294967295), (1, 0, 5), (2, null, null)], nodes.Select(n => (n.Id, n.ParentId, n.Order)));
    }

    [Fact]
    public async Task Departments_arrive_with_null_for_what_was_not_returned()
    {
        var departments = await AskAsync(
            "department/list",
            """
            {"errcode":0,"department":[{"id":2,"name":"销售😀","name_en":"","department_leader":["a",null,7],"parentid":1,"order":2147484646},
            {"id":3,"department_leader":null},{"id":4,"department_leader":""},{"id":null},{"name":"x"}]}
            """,
            (client, caller) => client.ListDepartmentsAsync(caller, Cancel));

        var sales = departments[0];
        Assert.Equal((2, "销售😀", "", 1, 2147484646), (sales.Id, sales.Name, sales.NameEn, sales.ParentId, sales.Order));
        Assert.Equal(["a", "7"], sales.Leaders!);
        Assert.Equal((null, null, null), (departments[1].Name, departments[1].ParentId, departments[1].Leaders));
        Assert.Empty(departments[2].Leaders!);
        Assert.Equal([0, 0], departments.Skip(3).Select(d => d.Id));
    }

    [Theory]
    [InlineData("""{"errcode":0,"department":{"id":5,"name":"x"}}""")]
    [InlineData("""{"errcode":0,"department":[{"id":5,"name":"x"}]}""")]
    [InlineData("""{"department":{"id":5,"name":"x"}}""")]
    public async Task One_department_arrives_as_an_object_or_as_a_list_of_one(string body)
    {
        var department = await AskAsync("department/get", body, (client, caller) => client.GetDepartmentAsync(caller, 5, Cancel));

        Assert.Equal((5, "x"), (department.Id, department.Name));
    }

    [Fact]
    public async Task One_user_arrives_with_fields_beside_errcode()
    {
        var user = await AskAsync(
            "user/get",
            """{"errcode":0,"errmsg":"ok","userid":"zhangsan","name":"张三","department":[1],"order":[0],"gender":"1","status":1,"extattr":{"attrs":[]}}""",
            (client, caller) => client.GetUserAsync(caller, "zhangsan", Cancel));

        Assert.Equal(("zhangsan", "张三", (short)1, """{"attrs":[]}"""), (user.UserId, user.Name, user.Gender, user.Extattr));
    }

    [Fact]
    public async Task Lists_of_a_failure_are_not_looked_at()
    {
        var failure = await Assert.ThrowsAsync<WeComException>(() => AskAsync(
            "department/list", """{"department":[],"errcode":60011,"errmsg":"no privilege"}""", (client, caller) => client.ListDepartmentsAsync(caller, Cancel)));

        Assert.Equal((60011, WeComErrorClass.SkipRow), (failure.ErrCode, failure.Class));
    }

    [Fact]
    public async Task Tags_arrive()
    {
        var tags = await AskAsync(
            "tag/list", """{"errcode":0,"taglist":[{"tagid":0,"tagname":"零"},{"tagid":"12","tagname":7},{"tagname":"x"}]}""",
            (client, caller) => client.ListTagsAsync(caller, Cancel));

        Assert.Equal([(0, "零"), (12, "7"), (null, "x")], tags.Select(t => (t.Id, t.Name)));
    }

    [Theory]
    [InlineData("""{"errcode":0,"tagname":"t","userlist":[{"userid":"a","name":"A"}],"partylist":[2,"4294967295"]}""", "a", "2,4294967295")]
    [InlineData("""{"errcode":0,"tagname":"t","userlist":[{"userid":"a"},{"userid":""}],"partylist":[2,"x"]}""", null, null)]
    [InlineData("""{"errcode":0,"tagname":"t","userlist":{"userid":"a"},"partylist":""}""", null, null)]
    [InlineData("""{"errcode":0,"tagname":"t","userlist":[],"partylist":null}""", "", null)]
    [InlineData("""{"errcode":0,"tagname":"t","partylist":[]}""", null, "")]
    public async Task Tag_tells_an_empty_list_from_one_that_was_not_returned(string body, string? users, string? departments)
    {
        var tag = await AskAsync("tag/get", body, (client, caller) => client.GetTagAsync(caller, 9, Cancel));

        Assert.Equal((9, "t"), (tag.TagId, tag.Name));
        Assert.Equal(users, tag.UserIds is null ? null : string.Join(',', tag.UserIds));
        Assert.Equal(departments, tag.DepartmentIds is null ? null : string.Join(',', tag.DepartmentIds));
    }

    [Theory]
    [InlineData(
        """
        {"errcode":0,"agentid":1000002,"name":"通讯录","close":0,"allow_userinfos":{"user":[{"userid":"a"},{"userid":"b"}]},
        "allow_partys":{"partyid":[1,4294967295]},"allow_tags":{"tagid":[3]}}
        """,
        "a,b", "1,4294967295", "3")]
    [InlineData("""{"errcode":0,"agentid":"1000002","close":"0","allow_userinfos":[],"allow_partys":null,"allow_tags":{}}""", "", "", "")]
    public async Task Visible_range_of_the_application_arrives(string body, string users, string departments, string tags)
    {
        var agent = await AskAsync("agent/get", body, (client, caller) => client.GetAgentAsync(caller, 1000002, Cancel));

        Assert.Equal((1000002, false), (agent.AgentId, agent.Closed));
        Assert.Equal(
            (users, departments, tags), (string.Join(',', agent.UserIds), string.Join(',', agent.DepartmentIds), string.Join(',', agent.TagIds)));
    }

    [Fact]
    public async Task Addresses_arrive_with_or_without_a_star()
    {
        const string body = """{"errcode":0,"ip_list":["101.226.103.*","1.2.3.4"]}""";

        Assert.Equal(["101.226.103.*", "1.2.3.4"], await AskAsync("getcallbackip", body, (client, caller) => client.GetCallbackIpsAsync(caller, Cancel)));
        Assert.Equal(
            ["101.226.103.*", "1.2.3.4"], await AskAsync("get_api_domain_ip", body, (client, caller) => client.GetApiDomainIpsAsync(caller, Cancel)));
    }

    [Fact]
    public async Task User_id_is_escaped_in_the_address()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("user/get", """{"errcode":0,"userid":"a+b&c@d"}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        await process.Client.GetUserAsync(caller, "a+b&c@d", Cancel);

        Assert.Equal("?access_token=token-1&userid=a%2Bb%26c%40d", stub.Calls[^1].Query);
    }

    private async Task<T> AskAsync<T>(string path, string body, Func<WeComClient, WeComCaller, Task<T>> ask)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer(path, body);
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:Retries", "0"));
        return await ask(process.Client, await WeComProcess.AddTenantAsync(database, Channel.App));
    }
}
