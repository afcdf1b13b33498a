using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

public sealed class DirectorySyncTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 300, Departments = 40, Tags = 5, Seed = 7 };

    [Fact]
    public async Task First_sync_mirrors_the_whole_company()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);

        var report = await harness.MirrorAsync();

        await harness.AssertMirrorIsTrueAsync();
        Assert.Equal(300, report.Counts["user"].Created);
        Assert.Equal(40, report.Counts["department"].Created);
    }

    [Fact]
    public async Task Second_sync_without_changes_writes_nothing()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        const string versions = """
            SELECT string_agg(x, ',' ORDER BY x) FROM (
                SELECT xmin::text || ':' || user_id AS x FROM mirror.users WHERE tenant_id = $1
                UNION ALL SELECT xmin::text || ':' || id FROM mirror.departments WHERE tenant_id = $1
                UNION ALL SELECT xmin::text || ':' || user_id || department_id FROM mirror.user_departments WHERE tenant_id = $1
                UNION ALL SELECT xmin::text || ':' || tag_id FROM mirror.contact_tags WHERE tenant_id = $1
                UNION ALL SELECT xmin::text || ':' || tag_id || user_id FROM mirror.contact_tag_users WHERE tenant_id = $1
                UNION ALL SELECT xmin::text || ':' || seq FROM mirror.changes WHERE tenant_id = $1) AS rows
            """;
        var before = await harness.ScalarAsync<string>(versions);

        var report = await harness.MirrorAsync();

        Assert.Equal(before, await harness.ScalarAsync<string>(versions));
        Assert.Equal(0, report.Total.Changes);
    }

    [Fact]
    public async Task Everything_that_changed_is_mirrored_and_recorded()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var world = harness.World;
        var people = world.People;
        world.Rename(people[0].UserId, "新名字");
        world.Move(people[1].UserId, world.Departments[3].Id, world.Departments[4].Id);
        world.Leave(people[2].UserId);
        world.Hire("NewComer-1", "新人😀", world.Departments[5].Id);
        world.RenameDepartment(world.Departments[6].Id, "改名部");
        var added = world.AddDepartment("新部门", world.Departments[7].Id, id: 3_000_000_001);

        var report = await harness.MirrorAsync();

        await harness.AssertMirrorIsTrueAsync();
        Assert.Equal(1, report.Counts["user"].Created);
        Assert.Equal(1, report.Counts["user"].Removed);
        Assert.Equal("{name}", await harness.ScalarAsync<string>(
            "SELECT fields::text FROM mirror.changes WHERE tenant_id = $1 AND entity = 'user' AND op = 'changed' AND key->>'user_id' = $2",
            people[0].UserId));
        Assert.Equal("created", await harness.ScalarAsync<string>(
            "SELECT op FROM mirror.changes WHERE tenant_id = $1 AND entity = 'department' AND (key->>'id')::bigint = $2", added.Id));
    }
}
