using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Api;

public sealed class TagTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task Both_secrets_list_all_tags_and_read_people_and_departments()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "甲");
        corp.World.AddTag("导师", 9);
        corp.World.AddToTag(9, ["A"], [1]);

        foreach (var credential in corp.Credentials)
        {
            var list = await _caller.GetAsync(credential, "tag/list");
            Assert.Equal("""[{"tagid":9,"tagname":"导师"}]""", list.GetProperty("taglist").GetRawText());
            var tag = await _caller.GetAsync(credential, "tag/get?tagid=9");
            Assert.Equal("导师", tag.Text("tagname"));
            Assert.Equal("""[{"userid":"a","name":"甲"}]""", tag.GetProperty("userlist").GetRawText());
            Assert.Equal([1], tag.Numbers("partylist"));
        }
    }

    [Fact]
    public async Task Invisible_members_and_departments_are_left_out_of_a_tag()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var inside = corp.World.AddDepartment("inside").Id;
        var outside = corp.World.AddDepartment("outside").Id;
        corp.World.Hire("seen", "s", inside);
        corp.World.Hire("unseen", "u", outside);
        var tag = corp.World.AddTag("t").Id;
        corp.World.AddToTag(tag, ["seen", "unseen"], [inside, outside]);
        corp.App.Range = VisibleRange.OfDepartments(inside);

        var answer = await _caller.GetAsync(corp.App, $"tag/get?tagid={tag}");

        Assert.Equal(["seen"], answer.Texts("userlist", "userid"));
        Assert.Equal([inside], answer.Numbers("partylist"));
    }

    [Theory]
    [InlineData("tag/get", 41017)]
    [InlineData("tag/get?tagid=5", 40068)]
    [InlineData("tag/get?tagid=x", 40068)]
    [InlineData("tag/get?tagid=99999999999", 40068)]
    public async Task Unknown_tags_are_refused(string pathAndQuery, int code)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());

        Assert.Equal(code, (await _caller.GetAsync(corp.App, pathAndQuery)).ErrCode());
    }
}
