using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Inbox;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>What a changed userid does to the mirror, in whatever order it is told.</summary>
public sealed class RenameEventTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Renamed_person_keeps_the_row_and_relations_follow()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        var tag = harness.World.AddTag("标签");
        harness.World.AddToTag(tag.Id, ["wx0001"], []);
        await harness.MirrorAsync();
        var before = await harness.RefAsync("wx0001");
        harness.World.ChangeUserId("wx0001", "carla");
        var told = await harness.TellAsync("update_user", [("UserID", "wx0001"), ("NewUserID", "carla"), ("Department", $"2")]);
        await harness.DrainAsync();

        Assert.Equal(before, await harness.RefAsync("carla"));
        Assert.Equal($"event:{told}", await harness.ScalarAsync<string>("SELECT cause FROM mirror.changes WHERE tenant_id = $1 AND op = 'renamed'"));
        await harness.AssertMirrorIsTrueAsync();
        // A late word of the old id brings nobody back.
        await harness.TellAsync("update_user", [("UserID", "wx0001"), ("Department", "1")], at: DateTimeOffset.UtcNow.AddMinutes(-1));
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>WeCom sends such names now and then; the rename beside them is told nowhere else.</summary>
    [Theory]
    [InlineData("<Name><![CDATA[\u5F20\u0010\u4E09]]></Name>")]
    [InlineData("<Name>\u5F20\u0010\u4E09</Name>")]
    [InlineData("<Name>a&#0;b&#16;c</Name>")]
    [InlineData("<Name>a&#xD83D;b</Name>")]
    [InlineData("<Name>a&#xD83D;&#xDE00;b&#xFFFE;</Name>")]
    public async Task Rename_beside_characters_that_xml_forbids_keeps_the_row(string name)
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        var before = await harness.RefAsync("wx0001");
        harness.World.ChangeUserId("wx0001", "carla");
        var told = await harness.StoreAsync(
            "change_contact", "update_user", "wx0001",
            $"<xml><MsgType>event</MsgType><Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>wx0001</UserID><NewUserID>carla</NewUserID>{name}</xml>");
        await harness.DrainAsync();

        Assert.Equal("applied", await harness.StateOfAsync(told));
        Assert.Equal(before, await harness.RefAsync("carla"));
        Assert.Equal("renamed", await harness.ScalarAsync<string>(
            "SELECT string_agg(op, ',') FROM mirror.changes WHERE tenant_id = $1 AND entity = 'user' AND cause = $2", $"event:{told}"));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Rename_that_comes_after_the_new_id_leaves_one_identity()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        var before = await harness.RefAsync("wx0001");
        harness.World.ChangeUserId("wx0001", "carla");
        await harness.TellAsync("update_user", [("UserID", "carla"), ("Department", $"2")]);
        await harness.DrainAsync();
        Assert.NotEqual(before, await harness.RefAsync("carla"));

        var rename = await harness.TellAsync("update_user", [("UserID", "wx0001"), ("NewUserID", "carla")]);
        await harness.DrainAsync();
        Assert.Equal(before, await harness.RefAsync("carla"));
        await harness.AssertMirrorIsTrueAsync();

        // Once more changes nothing.
        await harness.ScalarAsync<long>("UPDATE control.callback_events SET state = 'waiting' WHERE tenant_id = $1 AND id = $2 RETURNING id", rename);
        await harness.DrainAsync();
        Assert.Equal(before, await harness.RefAsync("carla"));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Rename_with_a_move_leaves_the_former_departments()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        harness.World.Move("wx0001", 3);
        harness.World.ChangeUserId("wx0001", "carla");
        await harness.TellAsync("update_user", [("UserID", "wx0001"), ("NewUserID", "carla"), ("Department", "3")]);
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>Of a person who cannot be read: hired, then the newest word of the new id, then the rename; the newest list of departments counts.</summary>
    [Theory]
    [InlineData("4", "3", "4")]
    [InlineData(null, "3", "3")]
    [InlineData("4", null, "4")]
    [InlineData(null, null, "1,2")]
    public async Task Rename_out_of_sight_that_comes_last_adds_no_former_departments(string? newest, string? renamed, string expected)
    {
        await using var harness = await SmallCompany.StartAsync(database, SmallCompany.Options with { AppRange = VisibleRange.OfDepartments(6) });
        await harness.MirrorAsync();
        var start = DateTimeOffset.UtcNow.AddMinutes(-1);
        await TellAsync(0, "create_user", ("UserID", "ghost"), ("Department", "1,2"));
        await TellAsync(20, "update_user", [("UserID", "ghost.new"), .. List(newest)]);
        await TellAsync(10, "update_user", [("UserID", "ghost"), ("NewUserID", "ghost.new"), .. List(renamed)]);
        Assert.Equal(expected, await harness.DepartmentsAsync("ghost.new"));
        await ChangeFeed.AssertTellsTheMirrorAsync(database.DataSource, harness.Tenant.Id, TestContext.Current.CancellationToken);
        Assert.Equal("removed", await harness.UserStateAsync("ghost"));

        (string, string)[] List(string? departments) => departments is null ? [] : [("Department", departments)];

        async Task TellAsync(int second, string change, params (string, string)[] elements)
        {
            await harness.TellAsync(change, elements, at: start.AddSeconds(second));
            await harness.DrainAsync();
        }
    }

    /// <summary>Killed workers leave a rename behind; what came after it, even the end, may be applied before.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rename_that_comes_after_the_leaving_leaves_nothing_behind(bool alone)
    {
        await using var harness = await SmallCompany.StartAsync(database);
        var tag = harness.World.AddTag("标签");
        harness.World.AddToTag(tag.Id, ["wx0001"], []);
        await harness.MirrorAsync();
        harness.World.ChangeUserId("wx0001", "carla");
        harness.World.Leave("carla");
        var renamed = DateTimeOffset.UtcNow;
        if (alone)
        {
            await harness.TellAsync("delete_user", [("UserID", "carla")], at: renamed.AddSeconds(2));
            await harness.DrainAsync();
        }

        await harness.TellAsync("update_user", [("UserID", "wx0001"), ("NewUserID", "carla")], at: renamed);
        if (!alone)
        {
            await harness.TellAsync("delete_user", [("UserID", "carla")], at: renamed.AddSeconds(2));
        }

        await harness.DrainAsync();
        Assert.Equal("removed", await harness.UserStateAsync("carla"));
        Assert.Equal("removed", await harness.UserStateAsync("wx0001"));
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>An event's own job and the drain work side by side: what one of them read may be overtaken by the other's merge.</summary>
    [Fact]
    public async Task Rename_that_is_merged_while_a_later_move_is_being_read_leaves_the_former_departments()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        harness.World.ChangeUserId("wx0001", "carla");
        var rename = await harness.TellAsync("update_user", [("UserID", "wx0001"), ("NewUserID", "carla")]);
        var job = harness.Services.CreateScope().ServiceProvider.GetRequiredService<IEventJob>();
        await harness.ScalarAsync<long>("UPDATE control.callback_events SET state = 'failed' WHERE tenant_id = $1 AND id = $2 RETURNING id", rename);
        Delay("department/list", TimeSpan.FromSeconds(1));
        var listed = Lists();
        var renaming = job.ApplyAsync(harness.Tenant.Id, rename, "update_user", "wx0001", null, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync("the rename asks what is visible", () => Lists() > listed);

        harness.World.Move("carla", 3);
        await harness.TellAsync("update_user", [("UserID", "carla")]);
        Delay("user/get", TimeSpan.FromSeconds(3));
        var moving = harness.DrainAsync();
        Assert.Equal("applied", await renaming);
        Assert.False(moving.IsCompleted);
        await moving;

        await harness.AssertMirrorIsTrueAsync();

        void Delay(string path, TimeSpan time) => RenameEventTests.Delay(harness, path, time);

        int Lists() => harness.Simulator.Calls.Count(harness.Corp.Id, "department/list");
    }

    /// <summary>The other way round: the details that came with the rename are those of before the move, and the move was merged first.</summary>
    [Fact]
    public async Task Details_that_are_overtaken_by_a_later_move_bring_nobody_back_into_the_former_departments()
    {
        await using var harness = await SmallCompany.StartAsync(database);
        await harness.MirrorAsync();
        harness.World.ChangeUserId("wx0001", "carla");
        var rename = await harness.TellAsync("update_user", [("UserID", "wx0001"), ("NewUserID", "carla")]);
        var job = harness.Services.CreateScope().ServiceProvider.GetRequiredService<IEventJob>();
        await harness.ScalarAsync<long>("UPDATE control.callback_events SET state = 'failed' WHERE tenant_id = $1 AND id = $2 RETURNING id", rename);
        Delay(harness, "department/list", TimeSpan.FromSeconds(4));
        var read = harness.Simulator.Calls.Count(harness.Corp.Id, "user/get");
        var renaming = job.ApplyAsync(harness.Tenant.Id, rename, "update_user", "wx0001", null, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync("both ids are read", () => harness.Simulator.Calls.Count(harness.Corp.Id, "user/get") == read + 2);

        harness.World.Move("carla", 3);
        await harness.TellAsync("update_user", [("UserID", "carla")]);
        await harness.DrainAsync();
        Assert.False(renaming.IsCompleted);
        Assert.Equal("applied", await renaming);

        await harness.AssertMirrorIsTrueAsync();
    }

    private static void Delay(SyncHarness harness, string path, TimeSpan time) =>
        harness.Simulator.Faults.Add(new FaultRule { Fault = Fault.Delay(time), CorpId = harness.Corp.Id, Path = path, Times = 1 });
}
