using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>What each change of the directory does to the mirror.</summary>
public sealed class ContactEventTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_kind_of_change_reaches_the_mirror(bool full)
    {
        await using var harness = await SmallCompany.StartAsync(database);
        var world = harness.World;
        var (a, b) = (2, 3);
        await harness.MirrorAsync();

        world.Hire("new.one", "新人", a);
        await harness.TellAsync("create_user", Full(full, [("UserID", "new.one"), ("Department", $"{a}")], ("Name", "新人"), ("Status", "1")));
        world.Move("anna", b);
        await harness.TellAsync("update_user", Full(full, [("UserID", "anna"), ("Department", $"{b}")], ("MainDepartment", $"{b}")));
        world.Leave("bert");
        await harness.TellAsync("delete_user", [("UserID", "bert")]);
        var added = world.AddDepartment("新部门", a, id: 3_000_000_001);
        await harness.TellAsync("create_party", Full(full, [("Id", $"{added.Id}"), ("ParentId", $"{a}")], ("Name", "新部门"), ("Order", "1")));
        world.MoveDepartment(6, a);
        await harness.TellAsync("update_party", Full(full, [("Id", "6"), ("ParentId", $"{a}")], ("Name", "x")));
        world.DeleteDepartment(5);
        await harness.TellAsync("delete_party", [("Id", "5")]);
        var tag = world.AddTag("标签");
        world.AddToTag(tag.Id, ["anna", "new.one"], [b]);
        await harness.TellAsync("update_tag", [("TagId", $"{tag.Id}"), ("AddUserItems", "anna,new.one"), ("AddPartyItems", $"{b}")]);
        await harness.DrainAsync();

        await harness.AssertMirrorIsTrueAsync();
        Assert.Equal(7L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state = 'applied'"));

        world.RemoveFromTag(tag.Id, ["anna"], [b]);
        await harness.TellAsync("update_tag", [("TagId", $"{tag.Id}"), ("DelUserItems", "anna"), ("DelPartyItems", $"{b}")]);
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>Somebody pasted another function's address: the message tells what it is about, the address does not.</summary>
    [Theory]
    [InlineData(Channel.App)]
    [InlineData(Channel.Customers)]
    [InlineData(Channel.Archive)]
    public async Task Change_that_came_to_another_functions_address_reaches_the_mirror(Channel channel)
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        harness.World.Move("anna", 3);
        var id = await harness.TellAsync("update_user", [("UserID", "anna"), ("Department", "3")], channel: channel);
        await harness.DrainAsync();

        Assert.Equal("applied", await harness.StateOfAsync(id));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Changes_name_the_newest_event_of_their_object()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        harness.World.Move("anna", 3);
        await harness.TellAsync("update_user", [("UserID", "anna"), ("Department", $"2")]);
        var newest = await harness.TellAsync("update_user", [("UserID", "anna"), ("Department", $"3")]);
        harness.World.Leave("bert");
        var left = await harness.TellAsync("delete_user", [("UserID", "bert")]);
        await harness.DrainAsync();

        Assert.Equal($"event:{newest}", await harness.ScalarAsync<string>(
            "SELECT DISTINCT cause FROM mirror.changes WHERE tenant_id = $1 AND entity = 'user_department' AND key->>'user_id' = 'anna' AND cause LIKE 'event:%'"));
        Assert.Equal($"event:{left}", await harness.ScalarAsync<string>(
            "SELECT cause FROM mirror.changes WHERE tenant_id = $1 AND entity = 'user' AND op = 'removed' AND key->>'user_id' = 'bert'"));
    }

    [Fact]
    public async Task Leaver_loses_departments_and_tags_and_a_return_restores_him()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        var tag = harness.World.AddTag("标签");
        harness.World.AddToTag(tag.Id, ["anna"], []);
        await harness.MirrorAsync();
        var before = await harness.RefAsync("anna");
        var person = harness.World.Leave("anna");
        await harness.TellAsync("delete_user", [("UserID", "anna")]);
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();

        harness.World.Hire(person);
        await harness.TellAsync("create_user", [("UserID", "anna"), ("Department", "1")]);
        await harness.DrainAsync();
        Assert.Equal(before, await harness.RefAsync("anna"));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Deletion_of_somebody_who_is_there_again_is_an_update()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        harness.World.Rename("anna", "新名");
        await harness.TellAsync("delete_user", [("UserID", "anna")]);
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Person_out_of_sight_is_an_id_with_the_events_departments()
    {
        await using var harness = await SmallCompany.StartAsync(database, SmallCompany.Options with { AppRange = VisibleRange.OfDepartments(2) });
        await harness.MirrorAsync();
        var now = DateTimeOffset.UtcNow;
        await harness.TellAsync("create_user", [("UserID", "ghost"), ("Department", "1,3000000009")], at: now.AddSeconds(-40));
        await harness.DrainAsync();
        Assert.Equal("id_only", await harness.UserStateAsync("ghost"));
        Assert.Equal("1,3000000009", await harness.DepartmentsAsync("ghost"));

        await harness.TellAsync("update_user", [("UserID", "ghost"), ("Department", "1")], at: now.AddSeconds(-30));
        await harness.DrainAsync();
        Assert.Equal("1", await harness.DepartmentsAsync("ghost"));

        await harness.TellAsync("delete_user", [("UserID", "ghost")], at: now.AddSeconds(-20));
        await harness.DrainAsync();
        Assert.Equal("removed", await harness.UserStateAsync("ghost"));
        Assert.Equal("", await harness.DepartmentsAsync("ghost"));

        await harness.TellAsync("update_user", [("UserID", "ghost"), ("Department", "1")], at: now.AddSeconds(-25));
        await harness.DrainAsync();
        Assert.Equal("removed", await harness.UserStateAsync("ghost"));

        await harness.TellAsync("create_user", [("UserID", "ghost"), ("Department", "1")], at: now.AddSeconds(-10));
        await harness.DrainAsync();
        Assert.Equal("id_only", await harness.UserStateAsync("ghost"));
    }

    [Fact]
    public async Task Deletion_that_comes_before_the_hiring_counts()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        await harness.TellAsync("delete_user", [("UserID", "brief")]);
        await harness.DrainAsync();
        await harness.TellAsync("create_user", [("UserID", "brief"), ("Department", "1")], at: DateTimeOffset.UtcNow.AddSeconds(-5));
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>Killed workers leave an event behind while what came after it is applied.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_that_comes_late_brings_nobody_into_a_department_that_was_closed(bool together)
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        var hired = DateTimeOffset.UtcNow.AddSeconds(-20);
        harness.World.Hire("carl", "卡尔", 2);
        harness.World.DeleteDepartment(6);
        await harness.TellAsync("update_user", [("UserID", "carl"), ("Department", "2")], at: hired.AddSeconds(5));
        await harness.DrainAsync();
        await harness.TellAsync("delete_party", [("Id", "6")], at: hired.AddSeconds(10));
        if (!together)
        {
            await harness.DrainAsync();
        }

        await harness.TellAsync("create_user", [("UserID", "carl"), ("Department", "2,6")], at: hired);
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Department_of_which_only_the_end_is_told_leaves_nobody_in_it()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        var hired = DateTimeOffset.UtcNow.AddSeconds(-20);
        harness.World.Hire("carl", "卡尔", 2);
        await harness.TellAsync("create_user", [("UserID", "carl"), ("Department", "2,77")], at: hired);
        await harness.DrainAsync();
        Assert.Equal("2,77", await harness.DepartmentsAsync("carl"));

        await harness.TellAsync("delete_party", [("Id", "77")], at: hired.AddSeconds(5));
        await harness.TellAsync("create_party", [("Id", "77"), ("ParentId", "1")], at: hired.AddSeconds(-5));
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>What began and ended between two readings has no row that could tell the older reading from the newer one.</summary>
    [Fact]
    public async Task Sync_that_is_overtaken_by_an_event_brings_back_no_relation_that_has_ended()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        var read = harness.World.AddTag("先读");
        harness.World.AddTag("后读");
        await harness.MirrorAsync();
        harness.World.Move("anna", 2, 3);
        harness.World.AddToTag(read.Id, ["anna"], [3]);
        harness.Simulator.Faults.Add(
            new FaultRule { Fault = Fault.Delay(TimeSpan.FromSeconds(6)), CorpId = harness.Corp.Id, Path = "tag/get", FromCall = 2, Times = 1 });
        var before = harness.Simulator.Calls.Count(harness.Corp.Id, "tag/get");
        var syncing = harness.MirrorAsync();
        await Eventually.TrueAsync("the sync has read people and one tag", () => harness.Simulator.Calls.Count(harness.Corp.Id, "tag/get") > before);

        harness.World.Move("anna", 2);
        harness.World.RemoveFromTag(read.Id, ["anna"], [3]);
        await harness.TellAsync("update_user", [("UserID", "anna"), ("Department", "2")]);
        await harness.TellAsync("update_tag", [("TagId", $"{read.Id}"), ("DelUserItems", "anna"), ("DelPartyItems", "3")]);
        await harness.DrainAsync();
        Assert.False(syncing.IsCompleted);
        await syncing;

        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Departments_out_of_sight_follow_the_event_and_those_in_sight_the_details()
    {
        await using var harness = await SmallCompany.StartAsync(database, SmallCompany.Options with { AppRange = VisibleRange.OfDepartments(2) });
        harness.World.Move("anna", 2, 1);
        await harness.MirrorAsync();
        Assert.Equal("1,2", await harness.DepartmentsAsync("anna"));

        // WeCom says department 2, the list is older: 3000000009 is out of sight, 1 was left.
        await harness.TellAsync("update_user", [("UserID", "anna"), ("Department", "2,3000000009")], at: DateTimeOffset.UtcNow.AddSeconds(2));
        await harness.DrainAsync();
        Assert.Equal("2,3000000009", await harness.DepartmentsAsync("anna"));
        await harness.TellAsync("update_user", [("UserID", "anna")]);
        await harness.DrainAsync();
        Assert.Equal("2,3000000009", await harness.DepartmentsAsync("anna"));
    }

    [Fact]
    public async Task With_contact_sync_alone_events_say_what_they_say()
    {
        await using var harness = await SmallCompany.StartAsync(database, SmallCompany.Options, app: false);
        await harness.MirrorAsync();
        harness.World.Hire("new.one", "新人", 1);
        await harness.TellAsync("create_user", [("UserID", "new.one"), ("Department", "1")]);
        harness.World.Leave("bert");
        await harness.TellAsync("delete_user", [("UserID", "bert")]);
        await harness.TellAsync("create_party", [("Id", "77"), ("ParentId", "1")]);
        await harness.DrainAsync();

        Assert.Equal("id_only", await harness.UserStateAsync("new.one"));
        Assert.Equal("removed", await harness.UserStateAsync("bert"));
        Assert.Equal(1L, await harness.ScalarAsync<long>("SELECT parent_id FROM mirror.departments WHERE tenant_id = $1 AND id = 77 AND removed_at IS NULL"));
    }

    [Fact]
    public async Task Application_channel_tells_the_same_changes()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        harness.World.Move("anna", 3);
        await harness.TellAsync("update_user", [("UserID", "anna"), ("Department", $"3")], channel: Channel.App);
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task What_the_mirror_knows_from_later_is_not_asked_for_again()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        var before = DateTimeOffset.UtcNow.AddSeconds(-5);
        var id = await harness.TellAsync("update_user", [("UserID", "anna")], at: before, receivedAt: before);
        await harness.MirrorAsync();
        var calls = harness.Simulator.Calls.Count(harness.Corp.Id);
        await harness.DrainAsync();
        Assert.Equal("applied", await harness.StateOfAsync(id));
        Assert.Equal(calls, harness.Simulator.Calls.Count(harness.Corp.Id));
    }

    /// <summary>By the clocks of WeCom and of the callback host, which are behind the database's, the department was read after it closed.</summary>
    [Fact]
    public async Task Clocks_that_differ_by_a_second_hide_no_event_of_the_moment_after_a_reading()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        var brief = harness.World.AddDepartment("暂时").Id;
        await harness.MirrorAsync();
        var read = new DateTimeOffset(await harness.ScalarAsync<DateTime>("SELECT fetched_at FROM mirror.departments WHERE tenant_id = $1 AND id = $2", brief), TimeSpan.Zero);
        harness.World.DeleteDepartment(brief);
        await harness.TellAsync("delete_party", [("Id", $"{brief}")], at: read.AddSeconds(-1), receivedAt: read.AddSeconds(-1));
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    private static (string, string)[] Full(bool full, (string, string)[] reduced, params (string, string)[] more) =>
        full ? [.. reduced, .. more] : reduced;
}
