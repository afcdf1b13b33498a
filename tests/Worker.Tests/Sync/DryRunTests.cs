using System.Globalization;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Commands.Sync;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

public sealed class DryRunTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 60, Departments = 12, Tags = 3, Seed = 61, AppIsNew = false };

    [Theory]
    [InlineData(SyncKind.Full)]
    [InlineData(SyncKind.Incremental)]
    public async Task Applying_right_after_changes_exactly_what_the_dry_run_said(SyncKind kind)
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var world = harness.World;
        var back = world.Leave(world.People[20].UserId);
        await harness.MirrorAsync();
        world.Hire(back);
        world.Hire("created", "新人", 1);
        world.Leave(world.People[2].UserId);
        world.Update(world.People[5].UserId, p => p with { HasGeneratedUserId = true });
        world.ChangeUserId(world.People[5].UserId, "renamed.id");
        world.Move(world.People[7].UserId, world.Departments[4].Id);
        world.RenameDepartment(world.Departments[3].Id, "改名部");
        world.Rename(world.People[9].UserId, "改名=1");
        await harness.AgeAsync(TimeSpan.FromHours(7));
        var seq = await SeqAsync(harness);

        var plan = await harness.RunAsync(kind, new SyncRequest { Trigger = SyncTrigger.Command, DryRun = true });
        Assert.Equal(seq, await SeqAsync(harness));
        var run = await harness.RunAsync(kind, new SyncRequest { Trigger = SyncTrigger.Command });

        var feed = await harness.ScalarAsync<string>("""
            SELECT string_agg(entity || ' ' || key || ' ' || op || ' ' || array_to_string(fields, ','), E'\n' ORDER BY entity, key::text COLLATE "C", op COLLATE "C")
            FROM mirror.changes WHERE tenant_id = $1 AND seq > $2
            """, seq);
        var planned = plan.Planned.Select(p => (p, Key: p.Key.GetRawText()))
            .OrderBy(p => p.p.Entity, StringComparer.Ordinal).ThenBy(p => p.Key, StringComparer.Ordinal).ThenBy(p => p.p.Op, StringComparer.Ordinal)
            .Select(p => $"{p.p.Entity} {p.Key} {p.p.Op} {string.Join(',', p.p.Op == "removed" ? [] : p.p.Fields.Select(f => f.Field))}");
        Assert.Equal(feed, string.Join('\n', planned));
        Assert.Equal(plan.Counts, run.Counts);
        Assert.Equal(plan.Planned.Count, await harness.ScalarAsync<long>("SELECT count(*) FROM control.planned_rows WHERE tenant_id = $1 AND run_id = $2", plan.RunId));
        string[] ops = ["changed", "created", "removed", "renamed", "restored"];
        Assert.Equal(ops, plan.Planned.Where(p => p.Entity == "user").Select(p => p.Op).Distinct().Order(StringComparer.Ordinal));
        var name = Assert.Single(plan.Planned.Where(p => p is { Entity: "department", Op: "changed" }).SelectMany(p => p.Fields), f => f.Field == "name");
        Assert.Equal("改名部", name.New!.Value.GetString());
        Assert.NotEqual("改名部", name.Old!.Value.GetString());
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Csv_has_a_row_for_each_field_and_no_formula()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var person = harness.World.People[9];
        harness.World.Rename(person.UserId, "=HYPERLINK(\"x\"), 改");
        using var csv = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\r\n" };

        PlannedCsv.Write(csv, (await harness.FullAsync(dryRun: true)).Planned);

        Assert.Equal(
            $"op,kind,id,name,field,old,new\r\nchanged,user,{person.UserId},{person.Name},name,{person.Name},\"'=HYPERLINK(\"\"x\"\"), 改\"\r\n",
            csv.ToString());
    }

    [Fact]
    public async Task Drift_says_what_nothing_had_told()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        Assert.Null((await harness.MirrorAsync()).Drift);
        harness.World.Hire("missed", "漏", 1);
        harness.World.Rename(harness.World.People[3].UserId, "改");
        harness.World.Rename(harness.World.People[4].UserId, "改");
        harness.World.Leave(harness.World.People[8].UserId);

        var drift = (await harness.MirrorAsync()).Drift!;

        Assert.Equal((1, 1), (drift["user"].Created, drift["user"].Removed));
        Assert.Equal(2, drift["user"].Fields["name"]);
        Assert.Equal("1", await harness.ScalarAsync<string>(
            "SELECT drift -> 'user' ->> 'created' FROM control.sync_runs WHERE tenant_id = $1 AND drift IS NOT NULL ORDER BY id DESC LIMIT 1"));
        Assert.Empty((await harness.MirrorAsync()).Drift!);
    }

    private static Task<long> SeqAsync(SyncHarness harness) => harness.ScalarAsync<long>("SELECT max(seq) FROM mirror.changes WHERE tenant_id = $1");
}
