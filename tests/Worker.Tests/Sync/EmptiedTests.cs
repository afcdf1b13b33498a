using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>A list that WeCom returns empty may be true: it is held with names, and a person who says so ends it.</summary>
public sealed class EmptiedTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>So few that the guard's percentage asks nobody.</summary>
    private static readonly CorpOptions Company = new() { People = 12, Departments = 4, Tags = 3, Seed = 58 };

    [Fact]
    public async Task All_tags_gone_are_held_with_names_and_removed_once_approved()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var rows = await RowsAsync(harness);
        harness.World.Tags.ToList().ForEach(tag => harness.World.DeleteTag(tag.Id));

        var held = await AssertHeldAsync(harness, rows, "contact_tag 3");

        var report = await harness.FullAsync(approve: held.RunId);
        Assert.Equal((RunState.Done, 3, 0), (report.State, report.Total.Removed, report.Total.Held));
        await harness.AssertMirrorIsTrueAsync();
        await ChangeFeed.AssertTellsTheMirrorAsync(harness.Database.DataSource, harness.Tenant.Id, TestContext.Current.CancellationToken);
        Assert.Equal((RunState.Done, 0), StateOf(await harness.MirrorAsync()));
    }

    /// <summary>Departments are there, and nobody in them: however few they were.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Everybody_gone_is_held_with_names_and_removed_once_approved(bool contacts, bool app)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, contacts, app);
        await harness.MirrorAsync();
        var rows = await RowsAsync(harness);
        harness.World.People.ToList().ForEach(person => harness.World.Leave(person.UserId));

        var held = await AssertHeldAsync(harness, rows, "user 12");
        if (contacts)
        {
            Assert.Equal((RunState.Done, 12), StateOf(await harness.IncrementalAsync()));
        }

        var report = await harness.FullAsync(approve: held.RunId);
        Assert.Equal((RunState.Done, 12, 0), (report.State, report.Total.Removed, report.Total.Held));
        Assert.Equal(0, await harness.LiveAsync("users") + await harness.LiveAsync("user_departments") + await harness.LiveAsync("contact_tag_users"));
        await ChangeFeed.AssertTellsTheMirrorAsync(harness.Database.DataSource, harness.Tenant.Id, TestContext.Current.CancellationToken);
        Assert.Equal((RunState.Done, 0), StateOf(await harness.MirrorAsync()));
    }

    [Fact]
    public async Task Whole_directory_gone_is_held_with_names_and_removed_once_approved()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company, app: false);
        await harness.MirrorAsync();
        var rows = await RowsAsync(harness);
        foreach (var path in new[] { "department/simplelist", "user/list_id", "department/list", "tag/list" })
        {
            harness.Simulator.Faults.Always(harness.Corp, Fault.EmptyList(), path);
        }

        var held = await AssertHeldAsync(harness, rows, "contact_tag 3, department 4, user 12");

        var report = await harness.FullAsync(approve: held.RunId);
        Assert.Equal((RunState.Done, 19, 0), (report.State, report.Total.Removed, report.Total.Held));
        await ChangeFeed.AssertTellsTheMirrorAsync(harness.Database.DataSource, harness.Tenant.Id, TestContext.Current.CancellationToken);
        Assert.Equal((RunState.Done, 0), StateOf(await harness.MirrorAsync()));
        harness.Simulator.Faults.Clear();
        await harness.MirrorAsync();
        await ChangeFeed.AssertTellsTheMirrorAsync(harness.Database.DataSource, harness.Tenant.Id, TestContext.Current.CancellationToken);
    }

    /// <summary>Departments are read, and lose their leaders.</summary>
    private static async Task<IReadOnlyList<string>> RowsAsync(SyncHarness harness) =>
        [.. (await harness.RowsAsync()).Where(row => !row.StartsWith("departments ", StringComparison.Ordinal))];

    private static (RunState State, int Held) StateOf(SyncReport report) => (report.State, report.Total.Held);

    private static async Task<SyncReport> AssertHeldAsync(SyncHarness harness, IReadOnlyList<string> rows, string kinds)
    {
        var first = await harness.FullAsync();
        Assert.True(first.State == RunState.Done, $"{first.State}: {first.Error} {first.Action}");
        Assert.Contains($"--approve {first.RunId}", first.Action, StringComparison.Ordinal);
        var again = await harness.FullAsync();
        Assert.Equal(first.Total.Held, again.Total.Held);
        Assert.Equal(rows, await RowsAsync(harness));
        Assert.Equal(kinds, await harness.ScalarAsync<string>("""
            SELECT string_agg(entity || ' ' || n, ', ' ORDER BY entity) FROM (
                SELECT entity, count(*) AS n FROM control.held_removals WHERE tenant_id = $1 AND decision = 'pending' GROUP BY 1) AS h
            """));
        return again;
    }
}
