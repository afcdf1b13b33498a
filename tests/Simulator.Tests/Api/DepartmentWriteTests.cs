using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Tests.Api;

public sealed class DepartmentWriteTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task A_department_is_created_moved_renamed_and_deleted()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var created = await _caller.PostAsync(corp.Contacts, "department/create", """{"name":"销售","name_en":"Sales","parentid":1,"order":9}""");
        Assert.Equal((0, "created"), (created.ErrCode(), created.ErrMsg()));
        var id = created.GetProperty("id").GetInt64();
        var second = (await _caller.PostAsync(corp.Contacts, "department/create", """{"name":"华东","parentid":1,"id":4000000000}""")).GetProperty("id").GetInt64();

        var updated = await _caller.PostAsync(corp.Contacts, "department/update", $$"""{"id":{{id}},"name":"销售部","parentid":{{second}}}""");
        Assert.Equal((0, "updated"), (updated.ErrCode(), updated.ErrMsg()));
        var department = corp.World.FindDepartment(id)!;
        Assert.Equal(("销售部", "Sales", second, 9), (department.Name, department.NameEn, department.ParentId, department.Order));

        Assert.Equal(60006, (await _caller.GetAsync(corp.Contacts, $"department/delete?id={second}")).ErrCode());
        Assert.Equal((0, "deleted"), await DeleteAsync(corp, id));
        Assert.Equal((0, "deleted"), await DeleteAsync(corp, second));
        Assert.Equal((60007, false), ((await _caller.GetAsync(corp.Contacts, "department/delete?id=1")).ErrCode(), corp.World.FindDepartment(1) is null));
    }

    [Theory]
    [InlineData(60001, "department/create", """{"name":"","parentid":1}""")]
    [InlineData(60001, "department/create", """{"name":"123456789","parentid":1}""")]
    [InlineData(60009, "department/create", """{"name":"a<b","parentid":1}""")]
    [InlineData(60004, "department/create", """{"name":"a"}""")]
    [InlineData(60004, "department/create", """{"name":"a","parentid":99}""")]
    [InlineData(60008, "department/create", """{"name":"known","parentid":1}""")]
    [InlineData(60008, "department/create", """{"name":"a","parentid":1,"id":2}""")]
    [InlineData(40058, "department/create", """{"name":"a","parentid":1,"order":4294967296}""")]
    [InlineData(60003, "department/update", """{"id":99,"name":"a"}""")]
    [InlineData(60008, "department/update", """{"id":3,"name":"known"}""")]
    [InlineData(60010, "department/update", """{"id":2,"parentid":4}""")]
    [InlineData(60004, "department/update", """{"id":2,"parentid":99}""")]
    [InlineData(60124, "department/update", """{"id":1,"parentid":0}""")]
    public async Task What_is_wrong_is_refused_with_its_code_and_changes_nothing(int code, string path, string body)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Settings = new CorpSettings { LongestDepartmentName = 8 } });
        corp.World.AddDepartment("known", id: 2);
        corp.World.AddDepartment("other", id: 3);
        corp.World.AddDepartment("below", 2, id: 4);
        var version = corp.World.Version;

        Assert.Equal(code, (await _caller.PostAsync(corp.Contacts, path, body)).ErrCode());
        Assert.Equal(version, corp.World.Version);
    }

    [Fact]
    public async Task The_root_may_be_updated_without_its_parent_and_nothing_changes_without_a_field()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var version = corp.World.Version;
        Assert.Equal(0, (await _caller.PostAsync(corp.Contacts, "department/update", """{"id":1}""")).ErrCode());
        Assert.Equal(version, corp.World.Version);
        Assert.Equal(0, (await _caller.PostAsync(corp.Contacts, "department/update", """{"id":1,"name":"新公司"}""")).ErrCode());
        Assert.Equal("新公司", corp.World.FindDepartment(1)!.Name);
    }

    [Fact]
    public async Task Members_keep_their_department_and_levels_end_at_fifteen()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var id = corp.World.AddDepartment("a").Id;
        corp.World.Hire("a", "a", id);
        Assert.Equal(60005, (await _caller.GetAsync(corp.Contacts, $"department/delete?id={id}")).ErrCode());

        for (var level = 3; level <= 15; level++)
            id = corp.World.AddDepartment("deeper", id).Id;
        Assert.Equal(81002, (await _caller.PostAsync(corp.Contacts, "department/create", $$"""{"name":"too deep","parentid":{{id}}}""")).ErrCode());
    }

    private async Task<(int, string)> DeleteAsync(Corp corp, long id)
    {
        var answer = await _caller.GetAsync(corp.Contacts, $"department/delete?id={id}");
        return (answer.ErrCode(), answer.ErrMsg());
    }
}
