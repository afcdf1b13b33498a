using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>One person or department on demand, with every step told.</summary>
public sealed class ObjectSyncTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 40, Departments = 10, Seed = 71 };

    [Fact]
    public async Task Person_is_read_compared_and_written_and_nobody_else_is_touched()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var person = harness.World.People.First(p => p.Memberships.All(m => !m.IsLeader));
        harness.World.Rename(person.UserId, "改名");
        harness.World.Move(person.UserId, harness.World.Departments[3].Id);

        var report = await SyncAsync(harness, "user", person.UserId);

        Assert.Equal(RunState.Done, report.State);
        Assert.Contains(report.Steps, s => s.Contains("改名", StringComparison.Ordinal));
        await harness.AssertMirrorIsTrueAsync();
        Assert.Empty((await SyncAsync(harness, "user", person.UserId)).Planned);
    }

    [Fact]
    public async Task Person_out_of_sight_is_mirrored_by_id_and_the_refusal_told()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var branch = harness.World.Branch();
        harness.Corp.App.Range = VisibleRange.OfDepartments(branch.Id);
        var hidden = harness.World.Outside(branch.Id);

        var report = await SyncAsync(harness, "user", hidden.UserId);

        Assert.Contains(report.Steps, s => s.Contains("60111", StringComparison.Ordinal));
        Assert.Equal((1L, (long)hidden.Memberships.Length), (await harness.LiveAsync("users"), await harness.LiveAsync("user_departments")));
    }

    [Fact]
    public async Task Person_who_left_is_not_removed_on_the_word_of_one_call()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var left = harness.World.Leave(harness.World.People[4].UserId);

        var report = await SyncAsync(harness, "user", left.UserId);

        Assert.Equal((RunState.Partial, 40L), (report.State, await harness.LiveAsync("users")));
        Assert.Contains(report.Steps, s => s.Contains("incremental", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Department_is_read_and_written()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.World.RenameDepartment(harness.World.Departments[5].Id, "新名");

        var report = await SyncAsync(harness, "department", $"{harness.World.Departments[5].Id}");

        Assert.Equal(("changed", "新名"), (Assert.Single(report.Planned).Op, report.Planned.Single().Fields.Single().New!.Value.GetString()));
        await harness.AssertMirrorIsTrueAsync();
    }

    private static Task<SyncReport> SyncAsync(SyncHarness harness, string kind, string id) =>
        harness.RunAsync(SyncKind.OneObject, new SyncRequest { Trigger = SyncTrigger.Command, Object = new WantedObject(kind, id) });
}
