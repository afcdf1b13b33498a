using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Api;

public sealed class DepartmentTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task The_whole_tree_comes_with_names_leaders_parents_and_orders_beyond_31_bits()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Name = "总公司" });
        corp.World.AddDepartment("销售🚀", id: 2315041299, order: 4294967295);
        corp.World.Hire(new Person { UserId = "LuoJian", Name = "罗健", Memberships = [new(2315041299, IsLeader: true)] });

        var answer = await _caller.GetAsync(corp.App, "department/list");

        Assert.Equal([1, 2315041299], answer.Numbers("department", "id").Order());
        var sales = answer.GetProperty("department").EnumerateArray().Single(item => item.GetProperty("id").GetInt64() != 1);
        Assert.Equal("""{"id":2315041299,"name":"销售🚀","name_en":"","department_leader":["LuoJian"],"parentid":1,"order":4294967295}""", sales.GetRawText());
        var root = answer.GetProperty("department").EnumerateArray().Single(item => item.GetProperty("id").GetInt64() == 1);
        Assert.Equal("总公司", root.Text("name"));
        Assert.Equal(0, root.GetProperty("parentid").GetInt64());
    }

    [Fact]
    public async Task Lists_are_not_parents_first()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Departments = 60 });

        var answer = await _caller.GetAsync(corp.Contacts, "department/simplelist");

        var seen = new HashSet<long> { 0 };
        var early = answer.GetProperty("department_id").EnumerateArray().Count(item =>
        {
            seen.Add(item.GetProperty("id").GetInt64());
            return !seen.Contains(item.GetProperty("parentid").GetInt64());
        });
        Assert.InRange(early, 5, 59);
    }

    [Theory]
    [InlineData("department/list", "department")]
    [InlineData("department/simplelist", "department_id")]
    public async Task An_id_gives_that_department_and_all_below(string path, string list)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var top = corp.World.AddDepartment("a").Id;
        var middle = corp.World.AddDepartment("b", top).Id;
        var leaf = corp.World.AddDepartment("c", middle).Id;
        corp.World.AddDepartment("d");

        var answer = await _caller.GetAsync(corp.App, $"{path}?id={top}");

        Assert.Equal([top, middle, leaf], answer.Numbers(list, "id").Order());
    }

    [Fact]
    public async Task The_id_list_has_three_members_and_the_single_department_is_an_object()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var id = corp.World.AddDepartment("a", order: 7).Id;

        var ids = await _caller.GetAsync(corp.Contacts, $"department/simplelist?id={id}");
        var single = await _caller.GetAsync(corp.App, $"department/get?id={id}");

        Assert.Equal($$"""[{"id":{{id}},"parentid":1,"order":7}]""", ids.GetProperty("department_id").GetRawText());
        Assert.Equal($$"""{"id":{{id}},"name":"a","name_en":"","department_leader":[],"parentid":1,"order":7}""", single.GetProperty("department").GetRawText());
    }

    [Fact]
    public async Task An_application_sees_its_subtrees_although_their_parents_are_not_in_the_list()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var hidden = corp.World.AddDepartment("hidden").Id;
        var first = corp.World.AddDepartment("first", hidden).Id;
        var child = corp.World.AddDepartment("child", first).Id;
        var second = corp.World.AddDepartment("second", hidden).Id;
        corp.App.Range = VisibleRange.OfDepartments(first, second);

        var answer = await _caller.GetAsync(corp.App, "department/list");
        var everything = await _caller.GetAsync(corp.Contacts, "department/simplelist");

        Assert.Equal([first, child, second], answer.Numbers("department", "id").Order());
        Assert.DoesNotContain(hidden, answer.Numbers("department", "id"));
        Assert.Contains(hidden, answer.Numbers("department", "parentid"));
        Assert.Equal(5, everything.Numbers("department_id", "id").Length);
    }

    [Theory]
    [InlineData(60011)]
    [InlineData(60003)]
    public async Task Outside_the_range_is_refused_with_either_code_and_the_root_may_be_empty_instead(int code)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Settings = new CorpSettings { InvisibleDepartmentCode = code } });
        var outside = corp.World.AddDepartment("outside").Id;
        corp.App.Range = VisibleRange.OfDepartments(corp.World.AddDepartment("inside").Id);

        Assert.Equal(code, (await _caller.GetAsync(corp.App, $"department/list?id={outside}")).ErrCode());
        Assert.Equal(code, (await _caller.GetAsync(corp.App, $"department/get?id={outside}")).ErrCode());
        Assert.Equal(code, (await _caller.GetAsync(corp.App, $"user/list?department_id={outside}")).ErrCode());
        Assert.Equal(code, (await _caller.GetAsync(corp.App, "department/list?id=1")).ErrCode());

        corp.Settings = corp.Settings with { RootOutsideRangeIsEmpty = true };
        var root = await _caller.GetAsync(corp.App, "department/list?id=1");
        Assert.Equal(0, root.ErrCode());
        Assert.Empty(root.Numbers("department", "id"));
    }

    [Theory]
    [InlineData("department/list?id=77", 60003)]
    [InlineData("department/get?id=77", 60003)]
    [InlineData("department/get", 40035)]
    [InlineData("department/list?id=x", 40035)]
    public async Task Unknown_and_malformed_ids_are_refused(string pathAndQuery, int code)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());

        Assert.Equal(code, (await _caller.GetAsync(corp.App, pathAndQuery)).ErrCode());
        corp.Settings = corp.Settings with { UnknownDepartmentCode = 60123 };
        Assert.Equal(code == 60003 ? 60123 : code, (await _caller.GetAsync(corp.App, pathAndQuery)).ErrCode());
    }

    [Fact]
    public async Task Leaders_outside_the_range_are_left_out()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var inside = corp.World.AddDepartment("inside").Id;
        corp.World.Hire(new Person { UserId = "boss", Name = "b", Memberships = [new(1, IsLeader: true)] });
        corp.World.Hire(new Person { UserId = "chief", Name = "c", Memberships = [new(inside, IsLeader: true)], DirectLeaders = ["boss"] });
        corp.App.Range = VisibleRange.OfDepartments(inside);

        var department = await _caller.GetAsync(corp.App, $"department/get?id={inside}");
        var chief = await _caller.GetAsync(corp.App, "user/get?userid=chief");

        Assert.Equal(["chief"], department.GetProperty("department").Texts("department_leader"));
        Assert.Empty(chief.Texts("direct_leader"));
    }
}
