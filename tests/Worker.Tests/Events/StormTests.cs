using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>Many events at once, and syncs: in their place, after them, and beside them.</summary>
public sealed class StormTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 12, Departments = 4, Seed = 31 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousand_events_of_a_few_people_are_a_few_calls()
    {
        await using var harness = await StartAsync();
        for (var i = 0; i < 1000; i++)
        {
            await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(i % 10).UserId)]);
        }

        var calls = harness.Simulator.Calls.Count(harness.Corp.Id, "user/get");
        await harness.DrainAsync();
        Assert.Equal(1000L, await harness.CountEventsAsync("applied"));
        Assert.InRange(harness.Simulator.Calls.Count(harness.Corp.Id, "user/get") - calls, 10, 20);
    }

    [Fact]
    public async Task Events_that_were_not_kept_for_their_number_are_made_good_by_whole_syncs_once_the_flood_is_over()
    {
        await using var harness = await StartAsync();
        const string Orders = "SELECT count(DISTINCT arguments) FROM hangfire.job WHERE arguments ->> 0 = $1::text AND arguments ->> 1 IN ('\"full\"', '\"customers\"')";
        const string Noted = "SELECT count(*) FROM control.inbox_drains WHERE tenant_id = $1 AND overflowed_at IS NOT NULL AND overflowed = 7";
        Task FloodAsync(DateTimeOffset last) => harness.ScalarAsync<long>(
            $"INSERT INTO control.inbox_drains (tenant_id, overflowed_at, overflowed) VALUES ($1, '{last:O}', 7) "
            + "ON CONFLICT (tenant_id) DO UPDATE SET overflowed_at = EXCLUDED.overflowed_at, overflowed = 7 RETURNING tenant_id");
        Task StateAsync(string state) => harness.ScalarAsync<long>($"UPDATE control.tenants SET state = '{state}' WHERE id = $1 RETURNING id");

        var now = DateTimeOffset.UtcNow;
        await FloodAsync(now.AddSeconds(-10));
        await harness.SweepAsync();
        await FloodAsync(now.AddMinutes(-10));
        await StateAsync("stopped");
        await harness.SweepAsync();
        Assert.Equal((0L, 1L), (await harness.ScalarAsync<long>(Orders), await harness.ScalarAsync<long>(Noted)));

        await StateAsync("active");
        await harness.SweepAsync();
        Assert.Equal((2L, 0L), (await harness.ScalarAsync<long>(Orders), await harness.ScalarAsync<long>(Noted)));

        // Another worker that saw the note too orders the same instant, on which one of them acts.
        await FloodAsync(now.AddMinutes(-10));
        await harness.SweepAsync();
        Assert.Equal(2L, await harness.ScalarAsync<long>(Orders));
    }

    [Fact]
    public async Task Sweep_finds_events_that_no_job_is_for()
    {
        await using var harness = await StartAsync();
        var id = await harness.TellAsync(
            "update_user", [("UserID", harness.World.PersonAt(0).UserId)], receivedAt: DateTimeOffset.UtcNow.AddSeconds(-30));
        await harness.SweepAsync();
        Assert.Equal("applied", await harness.StateOfAsync(id));
    }

    [Fact]
    public async Task One_sync_takes_the_place_of_a_storm()
    {
        await using var harness = await StartAsync();
        for (var i = 0; i < 250; i++)
        {
            harness.World.Hire($"storm{i}", $"人{i}", 1);
            await harness.TellAsync("create_user", [("UserID", $"storm{i}"), ("Department", "1")]);
        }

        var gets = harness.Simulator.Calls.Count(harness.Corp.Id, "user/get");
        await harness.DrainAsync();
        Assert.Equal(250L, await harness.CountEventsAsync("superseded"));
        Assert.Equal(gets, harness.Simulator.Calls.Count(harness.Corp.Id, "user/get"));
        Assert.Equal(250L, await harness.ScalarAsync<long>("""
            SELECT count(*) FROM control.callback_events e JOIN control.sync_runs r ON r.tenant_id = e.tenant_id AND r.id = e.run_id
            WHERE e.tenant_id = $1 AND r.trigger = 'event' AND r.state = 'done'
            """));
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>A list that lacks many is doubted; an event that names who went is not, also where it came in a storm.</summary>
    [Fact]
    public async Task Events_prove_the_removals_that_the_sync_of_a_storm_holds()
    {
        await using var harness = await StartAsync();
        var world = harness.World;
        var tag = world.AddTag("标签").Id;
        var tagged = world.People.Take(6).Select(p => p.UserId).ToArray();
        var departments = world.Departments.Skip(1).Select(d => d.Id).ToArray();
        world.AddToTag(tag, tagged, departments);
        await harness.MirrorAsync();
        await harness.ScalarAsync<long>("UPDATE control.tenants SET max_removed = 1, max_removed_percent = 1 WHERE id = $1 RETURNING id");
        for (var i = 0; i < 250; i++)
        {
            world.Hire($"storm{i}", $"人{i}", 1);
            await harness.TellAsync("create_user", [("UserID", $"storm{i}"), ("Department", "1")]);
        }

        world.RemoveFromTag(tag, tagged[..4], departments[..2]);
        await harness.TellAsync("update_tag", [("TagId", $"{tag}"), ("DelUserItems", string.Join(',', tagged[..4])), ("DelPartyItems", string.Join(',', departments[..2]))]);
        foreach (var leaver in world.People.Where(p => !tagged.Contains(p.UserId)).Take(3).ToList())
        {
            world.Leave(leaver.UserId);
            await harness.TellAsync("delete_user", [("UserID", leaver.UserId)]);
        }

        await harness.DrainAsync();

        Assert.Equal((250L, 4L), (await harness.CountEventsAsync("superseded"), await harness.CountEventsAsync("applied")));
        await harness.AssertMirrorIsTrueAsync();
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.held_removals WHERE tenant_id = $1 AND decision = 'pending'"));
    }

    /// <summary>The sync had listed people already: it cannot stand for what happens then.</summary>
    [Fact]
    public async Task Event_that_comes_during_the_sync_of_a_storm_is_applied_by_itself()
    {
        await using var harness = await StartAsync();
        for (var i = 0; i < 250; i++)
        {
            harness.World.Hire($"storm{i}", $"人{i}", 1);
            await harness.TellAsync("create_user", [("UserID", $"storm{i}"), ("Department", "1")]);
        }

        harness.Simulator.Faults.Add(
            new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.Delay(TimeSpan.FromSeconds(5)), Path = "tag/list", Times = 1 });
        var before = Details();
        var drain = harness.DrainAsync();
        await Eventually.TrueAsync("the sync has listed people and reads about them", () => Details() > before);
        harness.World.Hire("late", "迟", 1);
        var late = await harness.TellAsync("create_user", [("UserID", "late"), ("Department", "1")]);
        await drain;

        Assert.Equal((250L, "applied"), (await harness.CountEventsAsync("superseded"), await harness.StateOfAsync(late)));
        await harness.AssertMirrorIsTrueAsync();

        int Details() => harness.Simulator.Calls.Count(harness.Corp.Id, "user/list") + harness.Simulator.Calls.Count(harness.Corp.Id, "user/get");
    }

    /// <summary>Or a sync that never ends well would be run for each few hundred events, or keep all of them waiting for ever.</summary>
    [Theory]
    [InlineData("department/simplelist", 99999, RunState.Failed)]
    [InlineData("tag/get", 40068, RunState.Partial)]
    public async Task Sync_that_cannot_stand_for_a_storm_is_tried_once_and_the_events_are_applied(string path, int code, RunState ends)
    {
        await using var harness = await StartAsync();
        harness.World.AddTag("标签");
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.ErrCode(code), Path = path });
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.BadGateway(), Path = "user/get" });
        await HireAsync(harness, 0);
        for (var drains = 0; drains < 3; drains++)
        {
            await harness.DrainAsync();
            await GoOnAsync(harness);
        }

        Assert.Equal([EnumText.Of(ends)], await StormRunsAsync(harness));
        Assert.Equal(250L, await harness.CountEventsAsync("waiting"));

        harness.Simulator.Faults.Clear();
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.ErrCode(code), Path = path });
        await harness.DrainAsync();
        Assert.Equal(250L, await harness.CountEventsAsync("applied"));
        Assert.Single(await StormRunsAsync(harness));

        // Another storm has an attempt of its own.
        harness.Simulator.Faults.Clear();
        await HireAsync(harness, 250);
        await harness.DrainAsync();
        Assert.Equal(250L, await harness.CountEventsAsync("superseded"));
        Assert.Equal([EnumText.Of(ends), "done"], await StormRunsAsync(harness));
        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>A welcome code is good for 20 seconds, and the sync of a storm takes minutes.</summary>
    [Fact]
    public async Task Customers_do_not_wait_for_a_storm_of_the_directory()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { Customers = new CustomerOptions { Count = 10, Relations = 12, TagGroups = 1 } });
        await harness.MirrorAsync();
        await HireAsync(harness, 0);
        harness.Simulator.Faults.Add(
            new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.Delay(TimeSpan.FromMinutes(1)), Path = "tag/list", Times = 1 });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var storm = harness.Services.GetRequiredService<EventDrain>().RunAsync(harness.Tenant.Id, stop.Token);
        await Eventually.TrueAsync("the sync of the storm runs", async () => (await StormRunsAsync(harness)) is ["running"]);
        var told = await TellOfCustomerAsync(harness);

        await harness.DrainAsync();

        Assert.Equal(("applied", 250L), (await harness.StateOfAsync(told), await harness.CountEventsAsync("waiting")));
        Assert.Equal(["running"], await StormRunsAsync(harness));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storm);
        Assert.Equal((250L, 0L), (await harness.CountEventsAsync("waiting"), await harness.ScalarAsync<long>(
            "SELECT sum(tries + deaths) FROM control.callback_events WHERE tenant_id = $1")));
    }

    [Fact]
    public async Task Customers_do_not_wait_while_the_directory_cannot_be_asked()
    {
        await using var harness = await SyncHarness.StartAsync(
            database, Company with { Customers = new CustomerOptions { Count = 10, Relations = 12, TagGroups = 1 } });
        await harness.MirrorAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.BadGateway(), "user/get");
        var person = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        await harness.DrainAsync();
        var told = await TellOfCustomerAsync(harness);
        await harness.DrainAsync();
        Assert.Equal(("waiting", "applied"), (await harness.StateOfAsync(person), await harness.StateOfAsync(told)));
    }

    [Fact]
    public async Task Slow_sync_does_not_undo_an_event()
    {
        await using var harness = await StartAsync();
        var world = harness.World;
        var home = world.Departments[1].Id;
        var mover = world.Hire("mover", "动", home).UserId;
        var leaver = world.Hire("leaver", "离", home).UserId;
        var tag = world.AddTag("标签");
        await harness.MirrorAsync();
        world.Move(mover, world.Departments[2].Id);
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.Delay(TimeSpan.FromSeconds(10)), Path = "tag/list", Times = 1 });
        SyncRun? run = null;
        var sync = harness.Services.GetRequiredService<SyncRunner>().RunAsync(
            harness.Tenant.Id, SyncKind.Full, new SyncRequest { Trigger = SyncTrigger.Command, Started = r => run = r }, Cancel);
        await Eventually.TrueAsync("the sync has read people", () => run is { Phase: "tags" });

        world.Move(mover, home);
        world.Leave(leaver);
        world.Hire("latest", "新人", home);
        await harness.TellAsync("update_user", [("UserID", mover), ("Department", $"{home}")]);
        await harness.TellAsync("delete_user", [("UserID", leaver)]);
        await harness.TellAsync("create_user", [("UserID", "latest"), ("Department", $"{home}")]);
        await harness.DrainAsync();
        Assert.Equal(RunState.Done, (await sync).State);

        Assert.NotNull(world.FindTag(tag.Id));
        await harness.AssertMirrorIsTrueAsync();
    }

    private static async Task HireAsync(SyncHarness harness, int from)
    {
        for (var i = from; i < from + 250; i++)
        {
            harness.World.Hire($"storm{i}", $"人{i}", 1);
            await harness.TellAsync("create_user", [("UserID", $"storm{i}"), ("Department", "1")]);
        }
    }

    private static Task<long> TellOfCustomerAsync(SyncHarness harness)
    {
        var relation = harness.Corp.Customers.Relations.First();
        var now = DateTimeOffset.UtcNow;
        return harness.StoreAsync(
            "change_external_contact", "edit_external_contact", relation.ExternalUserId,
            CustomerEvent.Contact("edit_external_contact", relation.UserId, relation.ExternalUserId).ToXml(harness.Corp.Id, now), now, channel: Channel.Customers);
    }

    /// <summary>How the syncs that were run in the place of events ended.</summary>
    private static Task<string[]> StormRunsAsync(SyncHarness harness) => harness.ScalarAsync<string[]>(
        "SELECT COALESCE(array_agg(state::text ORDER BY id), '{}') FROM control.sync_runs WHERE tenant_id = $1 AND trigger = 'event'");

    private static Task<long> GoOnAsync(SyncHarness harness) => harness.ScalarAsync<long>(
        "WITH on_now AS (UPDATE control.inbox_drains SET paused_until = NULL WHERE tenant_id = $1) SELECT 0::bigint");

    private async Task<SyncHarness> StartAsync()
    {
        var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        return harness;
    }
}
