using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>What belongs to a person, a tag or a department stays while it is held, and goes with it, each row once.</summary>
public sealed class BelongingsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 120, Departments = 30, Tags = 4, SeveralDepartmentsShare = 0.5, Seed = 57 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leaver_is_counted_as_one_and_takes_memberships_and_tags_along_each_once()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var leavers = Tagged(harness, 2);
        await harness.MirrorAsync();
        var expected = await LeavingAsync(harness, leavers);
        leavers.ForEach(id => harness.World.Leave(id));

        var report = await harness.MirrorAsync();

        await AssertRemovedAsync(harness, report, expected);
        Assert.Equal((2, 0, 2), (report.Total.Removed, report.Counts["contact_tag_user"].Removed, report.Counts["contact_tag_user"].RemovedAlong));
        Assert.Equal(2, await harness.ScalarAsync<int>("SELECT removed FROM control.sync_runs WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1"));
    }

    [Fact]
    public async Task Held_people_keep_every_row_until_they_are_approved_and_then_take_all_along()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var leavers = Tagged(harness, 15);
        await harness.MirrorAsync();
        var expected = await LeavingAsync(harness, leavers);
        var rows = await harness.RowsAsync();
        leavers.ForEach(id => harness.World.Leave(id));

        var held = await harness.MirrorAsync();
        await AssertNothingWrittenAsync(harness, rows, held);
        await AssertNothingWrittenAsync(harness, rows, await harness.IncrementalAsync());
        Assert.Equal((15, 15), (held.Total.Held, held.Counts["user"].Held));

        var report = await harness.FullAsync(approve: held.RunId);

        await AssertRemovedAsync(harness, report, expected);
        Assert.Equal((15, 0), (report.Total.Removed, report.Total.Held));
    }

    [Fact]
    public async Task People_whom_somebody_decided_to_keep_keep_every_row()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var leavers = Tagged(harness, 15);
        await harness.MirrorAsync();
        var rows = await harness.RowsAsync();
        leavers.ForEach(id => harness.World.Leave(id));
        await harness.MirrorAsync();
        await harness.Services.GetRequiredService<HeldRemovals>().DecideAsync(harness.Tenant.Id, HeldDecision.Discarded, null, [], "test", Cancel);

        await AssertNothingWrittenAsync(harness, rows, await harness.MirrorAsync());
    }

    [Fact]
    public async Task Held_tags_keep_who_carries_them_until_they_are_approved()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var tags = Enumerable.Range(0, 26).Select(i => harness.World.AddTag($"标签{i}")).ToList();
        tags.ForEach(tag => harness.World.AddToTag(tag.Id, [harness.World.People[tag.Id % 100].UserId], [harness.World.Departments[^1].Id]));
        await harness.MirrorAsync();
        var gone = tags.Take(5).Select(tag => $"{tag.Id}").ToArray();
        IReadOnlyList<string> expected =
        [
            .. gone.Select(id => $"removed contact_tag {id}"),
            .. await harness.RemovalsOfAsync("contact_tag_users", "contact_tag_user", ["tag_id", "user_id"], "tag_id", gone),
            .. await harness.RemovalsOfAsync("contact_tag_departments", "contact_tag_department", ["tag_id", "department_id"], "tag_id", gone),
        ];
        Assert.Equal(15, expected.Count);
        var rows = await harness.RowsAsync();
        tags.Take(5).ToList().ForEach(tag => harness.World.DeleteTag(tag.Id));

        var held = await harness.MirrorAsync();
        Assert.Equal((5, 5), (held.Total.Held, held.Counts["contact_tag"].Held));
        await AssertNothingWrittenAsync(harness, rows, held);

        var report = await harness.FullAsync(approve: held.RunId);
        await AssertRemovedAsync(harness, report, expected);
        Assert.Equal(5, report.Total.Removed);
    }

    [Fact]
    public async Task Removed_department_takes_its_tags_along_though_the_tag_could_not_be_read()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var department = harness.World.AddDepartment("即将撤销");
        harness.World.AddToTag(harness.World.Tags[0].Id, [], [department.Id]);
        await harness.MirrorAsync();
        harness.World.DeleteDepartment(department.Id);
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(40068), "tag/get");

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Partial, report.State);
        await AssertRemovedAsync(harness, report, [$"removed contact_tag_department {department.Id}/{harness.World.Tags[0].Id}", $"removed department {department.Id}"]);
        Assert.Equal(1, report.Total.Removed);
    }

    [Fact]
    public async Task Held_departments_keep_their_tags()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var departments = Enumerable.Range(0, 5).Select(i => harness.World.AddDepartment($"撤销{i}").Id).ToList();
        harness.World.AddToTag(harness.World.Tags[0].Id, [harness.World.People[0].UserId], departments);
        await harness.MirrorAsync();
        var rows = await harness.RowsAsync();
        departments.ForEach(harness.World.DeleteDepartment);

        var held = await harness.MirrorAsync();

        Assert.Equal((5, 5), (held.Total.Held, held.Counts["department"].Held));
        await AssertNothingWrittenAsync(harness, rows, held);
        var belongings = await harness.Services.GetRequiredService<HeldRemovals>().BelongingsAsync(harness.Tenant.Id, Cancel);
        Assert.All(departments, id => Assert.Equal([new("contact_tag_department", 1L)], belongings[$"department {{\"id\": {id}}}"]));
    }

    /// <summary>Approving two of eleven must not carry out the other nine because nine are no more than the guard allows.</summary>
    [Fact]
    public async Task Only_what_was_approved_is_removed_even_if_the_guard_would_allow_the_rest()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var leavers = NobodysLeaders(harness).Take(14).ToList();
        leavers.ForEach(id => harness.World.Leave(id));
        await harness.MirrorAsync();
        var approved = leavers.Take(4).ToArray();
        await harness.Services.GetRequiredService<HeldRemovals>().DecideAsync(harness.Tenant.Id, HeldDecision.Approved, null, approved, "test", Cancel);
        var expected = await LeavingAsync(harness, approved);

        var report = await harness.MirrorAsync();

        await AssertRemovedAsync(harness, report, expected, whole: false);
        Assert.Equal((4, 10), (report.Total.Removed, report.Total.Held));
    }

    /// <summary>People of whom each has exactly one tag, and at least one has several departments.</summary>
    private static List<string> Tagged(SyncHarness harness, int count)
    {
        foreach (var tag in harness.World.Tags)
        {
            harness.World.RemoveFromTag(tag.Id, tag.Users, []);
        }

        var people = NobodysLeaders(harness).Take(count + 5).ToList();
        harness.World.AddToTag(harness.World.Tags[0].Id, people, []);
        return [.. people.Take(count)];
    }

    /// <summary>Whose leaving changes nobody else's row; those in several departments first.</summary>
    private static IEnumerable<string> NobodysLeaders(SyncHarness harness)
    {
        var leaders = harness.World.People.SelectMany(p => p.DirectLeaders).ToHashSet();
        return harness.World.People.Where(p => !leaders.Contains(p.UserId) && p.Memberships.All(m => !m.IsLeader))
            .OrderByDescending(p => p.Memberships.Length).Select(p => p.UserId);
    }

    private static async Task<IReadOnlyList<string>> LeavingAsync(SyncHarness harness, IReadOnlyList<string> people) =>
    [
        .. people.Select(id => $"removed user {id}"),
        .. await harness.RemovalsOfAsync("user_departments", "user_department", ["user_id", "department_id"], "user_id", [.. people]),
        .. await harness.RemovalsOfAsync("contact_tag_users", "contact_tag_user", ["tag_id", "user_id"], "user_id", [.. people]),
    ];

    private static async Task AssertNothingWrittenAsync(SyncHarness harness, IReadOnlyList<string> rows, SyncReport report)
    {
        Assert.Equal([], await harness.ChangesOfAsync(report.RunId));
        Assert.Equal(rows, await harness.RowsAsync());
    }

    private static async Task AssertRemovedAsync(SyncHarness harness, SyncReport report, IReadOnlyList<string> expected, bool whole = true)
    {
        Assert.Equal(expected.Order(StringComparer.Ordinal), await harness.ChangesOfAsync(report.RunId));
        if (whole)
        {
            await harness.AssertMirrorIsTrueAsync();
        }

        await ChangeFeed.AssertTellsTheMirrorAsync(harness.Database.DataSource, harness.Tenant.Id, TestContext.Current.CancellationToken);
    }
}
