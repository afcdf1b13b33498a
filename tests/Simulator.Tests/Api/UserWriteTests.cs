using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Api;

public sealed class UserWriteTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task A_member_is_created_changed_and_deleted_with_the_contact_sync_secret()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var sales = corp.World.AddDepartment("sales").Id;

        var created = await _caller.PostAsync(corp.Contacts, "user/create",
            $$"""{"userid":"LuoJian","name":"罗健🚀","mobile":"13900001111","department":[1,{{sales}}],"order":[0,7],"is_leader_in_dept":[0,1],"gender":"1","position":"经理"}""");
        Assert.Equal((0, "created"), (created.ErrCode(), created.ErrMsg()));
        var person = corp.World.FindPerson("luojian")!;
        Assert.Equal(("LuoJian", "罗健🚀", 4), (person.UserId, person.Name, person.Status));
        Assert.Equal([new Membership(1), new Membership(sales, 7, true)], person.Memberships);

        var updated = await _caller.PostAsync(corp.Contacts, "user/update", """{"userid":"LUOJIAN","position":""}""");
        Assert.Equal((0, "updated"), (updated.ErrCode(), updated.ErrMsg()));
        Assert.Equal(person with { Position = "" }, corp.World.FindPerson("LuoJian"));

        var deleted = await _caller.GetAsync(corp.Contacts, "user/delete?userid=luojian");
        Assert.Equal((0, "deleted"), (deleted.ErrCode(), deleted.ErrMsg()));
        Assert.Null(corp.World.FindPerson("LuoJian"));
    }

    [Theory]
    [InlineData(60102, """{"userid":"KNOWN","name":"a","mobile":"13900000001"}""")]
    [InlineData(40003, """{"userid":"-a","name":"a","mobile":"13900000001"}""")]
    [InlineData(40003, """{"name":"a","mobile":"13900000001"}""")]
    [InlineData(60112, """{"userid":"a","mobile":"13900000001"}""")]
    [InlineData(60129, """{"userid":"a","name":"a"}""")]
    [InlineData(60103, """{"userid":"a","name":"a","mobile":"twelve"}""")]
    [InlineData(60104, """{"userid":"a","name":"a","mobile":"+86 13900000000"}""")]
    [InlineData(60105, """{"userid":"a","name":"a","email":"no address"}""")]
    [InlineData(60106, """{"userid":"a","name":"a","email":"KNOWN@corp.example"}""")]
    [InlineData(41019, """{"userid":"a","name":"a","mobile":"13900000001","department":"1"}""")]
    [InlineData(60110, """{"userid":"a","name":"a","mobile":"13900000001","department":[1,2,3]}""")]
    [InlineData(60132, """{"userid":"a","name":"a","mobile":"13900000001","department":[1],"is_leader_in_dept":[0,1]}""")]
    [InlineData(301013, """{"userid":"a","name":"a","mobile":"13900000001","telephone":"home"}""")]
    [InlineData(301021, """{"userid":"a","name":"a","mobile":"13900000001","direct_leader":["nobody"]}""")]
    [InlineData(60257, """{"userid":"a","name":"a","mobile":"13900000001","direct_leader":["known","known","known","known","known","known"]}""")]
    [InlineData(45024, """{"userid":"last","name":"a","mobile":"13900000001"}""")]
    [InlineData(40033, """{"userid":"a","name":"\u0041","mobile":"13900000001"}""")]
    public async Task What_is_wrong_is_refused_with_its_code_and_changes_nothing(int code, string body)
    {
        var most = code == 45024 ? 1 : 0;
        var corp = shared.Host.AddCorp(new CorpOptions { Settings = new CorpSettings { MostDepartmentsOfMember = 2, MostMembers = most } });
        corp.World.Hire(new Person { UserId = "known", Name = "k", Mobile = "13900000000", Email = "known@corp.example", Memberships = [new(1)] });
        var version = corp.World.Version;

        Assert.Equal(code, (await _caller.PostAsync(corp.Contacts, "user/create", body)).ErrCode());
        Assert.Equal(version, corp.World.Version);
    }

    [Fact]
    public async Task An_activated_members_mobile_stays_and_nobody_is_told_so()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire(new Person { UserId = "a", Name = "a", Mobile = "13900000000", Status = 1, Memberships = [new(1)] });
        corp.World.Hire(new Person { UserId = "b", Name = "b", Mobile = "13900000001", Status = 4, Memberships = [new(1)] });

        Assert.Equal(0, (await _caller.PostAsync(corp.Contacts, "user/update", """{"userid":"a","mobile":"13900000002"}""")).ErrCode());
        Assert.Equal(0, (await _caller.PostAsync(corp.Contacts, "user/update", """{"userid":"b","mobile":"13900000003"}""")).ErrCode());

        Assert.Equal(("13900000000", "13900000003"), (corp.World.FindPerson("a")!.Mobile, corp.World.FindPerson("b")!.Mobile));
    }

    [Fact]
    public async Task Unknown_departments_are_made_or_refused_as_the_company_is_set()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var made = await _caller.PostAsync(corp.Contacts, "user/create", """{"userid":"a","name":"a","mobile":"13900000001","department":[77]}""");
        Assert.Equal(77, made.GetProperty("created_department_list").GetProperty("department_info")[0].GetProperty("id").GetInt64());
        Assert.Equal(0, (await _caller.PostAsync(corp.Contacts, "user/create", """{"userid":"b","name":"b","mobile":"13900000002"}""")).ErrCode());
        Assert.Equal("其他（待设置部门）", corp.World.FindDepartment(corp.World.FindPerson("b")!.Memberships[0].DepartmentId)!.Name);

        corp.Settings = corp.Settings with { CreatesUnknownDepartments = false };
        Assert.Equal(60003, (await _caller.PostAsync(corp.Contacts, "user/create", """{"userid":"c","name":"c","mobile":"13900000003","department":[78]}""")).ErrCode());
        Assert.Equal(41019, (await _caller.PostAsync(corp.Contacts, "user/create", """{"userid":"c","name":"c","mobile":"13900000003"}""")).ErrCode());
    }

    [Fact]
    public async Task A_generated_userid_changes_once()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire(new Person { UserId = "a7f0", Name = "a", Mobile = "13900000000", HasGeneratedUserId = true, Memberships = [new(1)] });

        Assert.Equal(0, (await _caller.PostAsync(corp.Contacts, "user/update", """{"userid":"a7f0","new_userid":"tang.ming"}""")).ErrCode());
        Assert.Equal(301036, (await _caller.PostAsync(corp.Contacts, "user/update", """{"userid":"tang.ming","new_userid":"other"}""")).ErrCode());
        Assert.NotNull(corp.World.FindPerson("tang.ming"));
    }

    [Theory]
    [InlineData(48002, "user/delete?userid=a")]
    [InlineData(48002, "department/delete?id=2")]
    public async Task An_application_may_not_write(int code, string pathAndQuery)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Departments = 2 });
        corp.World.Hire("a", "a");
        Assert.Equal(code, (await _caller.GetAsync(corp.App, pathAndQuery)).ErrCode());
        Assert.Equal(code, (await _caller.PostAsync(corp.App, "user/create", "{}")).ErrCode());
    }

    [Fact]
    public async Task A_secret_that_may_only_read_is_refused()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.Contacts.CanEdit = false;
        Assert.Equal(60011, (await _caller.PostAsync(corp.Contacts, "user/create", "{}")).ErrCode());
        corp.Settings = corp.Settings with { ReadOnlyCode = 48008 };
        Assert.Equal(48008, (await _caller.PostAsync(corp.Contacts, "department/update", """{"id":1}""")).ErrCode());
    }

    [Fact]
    public async Task Nobody_is_deleted_twice_and_a_full_department_takes_nobody()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Settings = new CorpSettings { MostNodesOfDepartment = 1 } });
        corp.World.Hire("a", "a");
        Assert.Equal(81001, (await _caller.PostAsync(corp.Contacts, "user/create", """{"userid":"b","name":"b","mobile":"13900000001","department":[1]}""")).ErrCode());
        Assert.Equal(0, (await _caller.GetAsync(corp.Contacts, "user/delete?userid=a")).ErrCode());
        Assert.Equal(60111, (await _caller.GetAsync(corp.Contacts, "user/delete?userid=a")).ErrCode());
    }
}
