using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Customers;

public sealed class CorpTagTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task All_live_groups_and_tags_are_listed_without_rule_groups()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 2, Customers = new CustomerOptions { TagGroups = 20, TagsPerGroup = 30 } });
        var gone = corp.Customers.TagGroups[0].Tags[0].Id;
        corp.Customers.DeleteTag(gone);
        corp.Customers.DeleteTag(corp.Customers.TagGroups[1].Id);

        var groups = (await ListAsync(corp, "{}")).GetProperty("tag_group");

        var expected = corp.Customers.TagGroups.Where(group => !group.IsRule).ToArray();
        Assert.Equal(17, expected.Length);
        Assert.Equal(2, corp.Customers.TagGroups.Count(group => group.IsRule && group.Tags.All(tag => tag.Id.StartsWith("st", StringComparison.Ordinal))));
        Assert.Equal(
            expected.Select(group => $$"""{"group_id":"{{group.Id}}","group_name":"{{group.Name}}","create_time":{{group.CreateTime}},"order":{{group.Order}}}"""),
            groups.EnumerateArray().Select(group => group.GetRawText().Split(",\"tag\"")[0] + "}"));
        Assert.Equal(expected.SelectMany(group => group.Tags, (_, tag) => tag.Id), groups.EnumerateArray().SelectMany(group => group.Texts("tag", "id")));
        Assert.DoesNotContain(gone, groups.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("deleted", groups.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(expected.SelectMany(group => group.Tags), tag => tag.Order > int.MaxValue);
    }

    [Fact]
    public async Task Filtered_lists_tell_what_was_deleted()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var one = corp.Customers.AddTagGroup("一", "a", "b");
        var two = corp.Customers.AddTagGroup("二", "c");
        corp.Customers.DeleteTag(one.Tags[1].Id);
        corp.Customers.DeleteTag(two.Tags[0].Id);

        var byTag = (await ListAsync(corp, $$"""{"tag_id":["{{one.Tags[1].Id}}","{{two.Tags[0].Id}}"]}""")).GetProperty("tag_group");
        var byGroup = (await ListAsync(corp, $$"""{"tag_id":["{{two.Tags[0].Id}}"],"group_id":["{{one.Id}}"]}""")).GetProperty("tag_group");

        Assert.Equal([false, true], byTag.EnumerateArray().Select(group => group.GetProperty("deleted").GetBoolean()));
        Assert.All(byTag.EnumerateArray(), group => Assert.True(Assert.Single(group.GetProperty("tag").EnumerateArray()).GetProperty("deleted").GetBoolean()));
        var group = Assert.Single(byGroup.EnumerateArray());
        Assert.False(group.Has("deleted"));
        Assert.Equal([false, true], group.GetProperty("tag").EnumerateArray().Select(tag => tag.GetProperty("deleted").GetBoolean()));
        Assert.Equal(40068, (await ListAsync(corp, """{"tag_id":["etnone"]}""")).ErrCode());
        Assert.Equal(40068, (await ListAsync(corp, """{"group_id":["etnone"]}""")).ErrCode());
        Assert.Equal(40058, (await ListAsync(corp, """{"group_id":"etnone"}""")).ErrCode());
    }

    [Fact]
    public async Task A_rule_tag_is_shown_by_get_with_its_name_and_by_a_batch_with_its_id()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 1, Customers = new CustomerOptions { TagGroups = 10 } });
        var rule = corp.Customers.TagGroups.Single(group => group.IsRule);
        var userId = corp.World.People[0].UserId;
        corp.Customers.Add(userId, "wm1", follow => follow with { TagIds = [rule.Tags[0].Id], PersonalTags = [] });

        var got = (await _caller.GetAsync(corp.App, "externalcontact/get?external_userid=wm1")).GetProperty("follow_user")[0];
        var batch = await _caller.PostAsync(corp.App, "externalcontact/batch/get_by_user", $$"""{"userid_list":["{{userId}}"]}""");

        Assert.Equal(
            $$"""[{"group_name":"{{rule.Name}}","tag_name":"{{rule.Tags[0].Name}}","type":3,"tag_id":"{{rule.Tags[0].Id}}"}]""",
            got.GetProperty("tags").GetRawText());
        Assert.Equal([rule.Tags[0].Id], batch.GetProperty("external_contact_list")[0].GetProperty("follow_info").Texts("tag_id"));
    }

    [Fact]
    public void Names_are_unique_within_their_level_and_groups_never_empty()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var group = corp.Customers.AddTagGroup("一", "a");

        Assert.Equal(40071, Assert.Throws<WorldRuleException>(() => corp.Customers.AddTagGroup("一", "b")).ErrCode);
        Assert.Equal(40071, Assert.Throws<WorldRuleException>(() => corp.Customers.AddTag(group.Id, "a")).ErrCode);
        Assert.Equal(40068, Assert.Throws<WorldRuleException>(() => corp.Customers.AddTagGroup("二")).ErrCode);
        Assert.Equal(40068, Assert.Throws<WorldRuleException>(() => corp.Customers.DeleteTag("etnone")).ErrCode);
        corp.Customers.DeleteTag(group.Tags[0].Id);
        Assert.Empty(corp.Customers.TagGroups);
    }

    private Task<JsonElement> ListAsync(Corp corp, string body) => _caller.PostAsync(corp.App, "externalcontact/get_corp_tag_list", body);
}
