using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>A person keeps one identity through renames, returns and spellings.</summary>
public sealed class IdentityTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 60, Departments = 10, Tags = 3, Seed = 5, AppIsNew = false };

    [Fact]
    public async Task Changed_userid_is_a_rename_and_relations_follow()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var person = harness.World.People.First(p => p.HasGeneratedUserId && p.Mobile.Length > 0);
        var before = await harness.ScalarAsync<Guid>("SELECT ref FROM mirror.users WHERE tenant_id = $1 AND user_id = $2", person.UserId);
        harness.World.ChangeUserId(person.UserId, "chosen.name");

        var report = await harness.MirrorAsync();

        Assert.Equal((1, 0, 0), (report.Counts["user"].Renamed, report.Counts["user"].Created, report.Counts["user"].Removed));
        Assert.Equal(before, await harness.ScalarAsync<Guid>("SELECT ref FROM mirror.users WHERE tenant_id = $1 AND user_id = 'chosen.name'"));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.user_departments WHERE tenant_id = $1 AND user_id = $2", person.UserId));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Returner_is_restored_with_the_same_ref()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var person = harness.World.People[4];
        const string find = "SELECT ref FROM mirror.users WHERE tenant_id = $1 AND user_id = $2";
        var before = await harness.ScalarAsync<Guid>(find, person.UserId);
        harness.World.Leave(person.UserId);
        await harness.MirrorAsync();

        harness.World.Hire(person);
        var report = await harness.MirrorAsync();

        Assert.Equal(1, report.Counts["user"].Restored);
        Assert.Equal(before, await harness.ScalarAsync<Guid>(find, person.UserId));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Userid_in_another_spelling_is_the_same_person()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        harness.World.Hire("MixedCase", "大小写", Department.RootId);
        await harness.MirrorAsync();
        harness.World.Leave("MixedCase");
        harness.World.Hire("mixedcase", "大小写", Department.RootId);

        await harness.MirrorAsync();

        Assert.Equal("MixedCase", await harness.ScalarAsync<string>(
            "SELECT string_agg(user_id, ',') FROM mirror.users WHERE tenant_id = $1 AND lower(user_id) = 'mixedcase'"));
    }

    [Fact]
    public async Task People_without_mobile_and_mail_are_all_kept()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { AppIsNew = true, Seed = 6 });

        await harness.MirrorAsync();

        Assert.Equal(60, await harness.LiveAsync("users"));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(mobile) FROM mirror.users WHERE tenant_id = $1"));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Theory]
    [InlineData(HiddenShape.Absent)]
    [InlineData(HiddenShape.Empty)]
    [InlineData(HiddenShape.Null)]
    public async Task Withdrawn_fields_keep_their_last_values(HiddenShape shape)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company with { Settings = new CorpSettings { HiddenShape = shape } });
        await harness.MirrorAsync();
        const string mobiles = "SELECT string_agg(mobile, ',' ORDER BY user_id) FROM mirror.users WHERE tenant_id = $1";
        var before = await harness.ScalarAsync<string>(mobiles);
        harness.Corp.App.HiddenFields = PersonalFields.All;

        var report = await harness.MirrorAsync();

        Assert.Equal(before, await harness.ScalarAsync<string>(mobiles));
        Assert.Equal(0, report.Counts["user"].Changed);
    }

    [Fact]
    public async Task Field_returned_empty_is_cleared()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var person = harness.World.People.First(p => p.Position.Length > 0 && p.Mobile.Length > 0);
        await harness.MirrorAsync();
        harness.World.Update(person.UserId, p => p with { Position = "", Mobile = "" });

        await harness.MirrorAsync();

        Assert.Equal("|", await harness.ScalarAsync<string>(
            "SELECT position || '|' || mobile FROM mirror.users WHERE tenant_id = $1 AND user_id = $2", person.UserId));
    }
}
