using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using Xunit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>What counts against an event, what does not, and how one that was given up comes back.</summary>
public sealed class BlameTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>More than lead to parking.</summary>
    private const int Often = IEventJob.MaxTries + 2;

    private static readonly CorpOptions Company = new() { People = 6, Departments = 3, Seed = 41 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, Fault> PassingFaults { get; } = new()
    {
        { "gateway", Fault.BadGateway() },
        { "reset", Fault.Reset() },
        { "busy", Fault.ErrCode(-1) },
        { "limit", Fault.ErrCode(45009) },
        { "proxy's page", Fault.Http(200, "text/html", "<html>log in</html>") },
        { "proxy's refusal", Fault.Http(407, "text/html", "<html>who are you?</html>") },
        { "redirect", Fault.Http(302, "text/html", "") },
    };

    /// <summary>A rename is nowhere else to be learned: given up because others failed, its person would lose the identity.</summary>
    [Theory]
    [MemberData(nameof(PassingFaults), DisableDiscoveryEnumeration = true)]
    public async Task What_passes_never_counts_against_a_single_event_however_long_it_lasts(string what, Fault fault)
    {
        await using var harness = await StartAsync();
        var before = await harness.RefAsync("wx0001");
        harness.World.ChangeUserId("wx0001", "renamed");
        var id = await harness.TellAsync("update_user", [("UserID", "wx0001"), ("NewUserID", "renamed")]);
        harness.Simulator.Faults.Always(harness.Corp, fault, "user/get");
        for (var i = 0; i < Often; i++)
        {
            await GoOnAsync(harness, id);
            Assert.Equal((what, 0), (what, await TriesAsync(harness, id)));
        }

        Assert.Matches("^(waiting|failed)$", await harness.StateOfAsync(id));
        harness.Simulator.Faults.Clear();
        // A limit that was met is kept for a while.
        await Eventually.TrueAsync(
            "the event is applied",
            async () =>
            {
                await GoOnAsync(harness, id);
                return await harness.StateOfAsync(id) == "applied";
            },
            TimeSpan.FromMinutes(2));
        Assert.Equal(before, await harness.RefAsync("renamed"));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Answer_about_one_of_many_that_passes_does_not_count_and_its_neighbours_are_applied()
    {
        await using var harness = await StartAsync();
        var odd = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        harness.Simulator.Faults.Add(new FaultRule
        {
            CorpId = harness.Corp.Id, Fault = Fault.Reset(), Path = "user/get", About = harness.World.PersonAt(0).UserId,
        });
        for (var i = 1; i < 6; i++)
        {
            await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(i).UserId)]);
        }

        await harness.DrainAsync();
        Assert.Equal((5L, "failed", 0), (await harness.CountEventsAsync("applied"), await harness.StateOfAsync(odd), await TriesAsync(harness, odd)));
    }

    /// <summary>The event is as it was; another host may have the keys.</summary>
    [Fact]
    public async Task Payload_that_does_not_open_here_does_not_count()
    {
        await using var harness = await StartAsync();
        var id = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        const string turn = "UPDATE control.callback_events SET payload = set_byte(payload, 0, 255 - get_byte(payload, 0)) WHERE tenant_id = $1 AND id = $2 RETURNING id";
        await harness.ScalarAsync<long>(turn, id);
        for (var i = 0; i < Often; i++)
        {
            await GoOnAsync(harness, id);
        }

        Assert.Equal(("failed", 0), (await harness.StateOfAsync(id), await TriesAsync(harness, id)));
        await harness.ScalarAsync<long>(turn, id);
        await GoOnAsync(harness, id);
        Assert.Equal("applied", await harness.StateOfAsync(id));
    }

    [Fact]
    public async Task Parked_event_comes_back_when_a_later_one_read_its_object_well()
    {
        await using var harness = await StartAsync();
        var person = harness.World.PersonAt(0).UserId;
        var id = await ParkAsync(harness, person, ("UserID", person));
        var other = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(1).UserId)]);
        await harness.DrainAsync();
        Assert.Equal(("applied", "parked"), (await harness.StateOfAsync(other), await harness.StateOfAsync(id)));

        var later = await harness.TellAsync("update_user", [("UserID", person)]);
        await harness.DrainAsync();
        Assert.Equal(("applied", "applied", 0), (await harness.StateOfAsync(later), await harness.StateOfAsync(id), await TriesAsync(harness, id)));
        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Parked_rename_comes_back_after_a_whole_sync_and_gives_the_person_the_identity_back()
    {
        await using var harness = await StartAsync();
        var before = await harness.RefAsync("wx0001");
        harness.World.ChangeUserId("wx0001", "renamed");
        var id = await ParkAsync(harness, "renamed", ("UserID", "wx0001"), ("NewUserID", "renamed"));
        await harness.SweepAsync();
        Assert.Equal("parked", await harness.StateOfAsync(id));

        await harness.MirrorAsync();
        await AgeAsync(harness);
        await harness.SweepAsync();
        Assert.Equal("applied", await harness.StateOfAsync(id));
        Assert.Equal(before, await harness.RefAsync("renamed"));
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>What it said is forgotten; the sync has read all that there is to know.</summary>
    [Fact]
    public async Task Parked_event_without_its_payload_ends_with_a_whole_sync_and_names_it()
    {
        await using var harness = await StartAsync();
        var person = harness.World.PersonAt(0).UserId;
        var id = await ParkAsync(harness, person, ("UserID", person));
        await harness.ScalarAsync<long>("UPDATE control.callback_events SET payload = NULL, parked_by = 'another' WHERE tenant_id = $1 AND id = $2 RETURNING id", id);
        await harness.SweepAsync();
        Assert.Equal("parked", await harness.StateOfAsync(id));

        var run = await harness.FullAsync();
        Assert.Equal(RunState.Done, run.State);
        await harness.SweepAsync();
        Assert.Equal(("superseded", run.RunId), (await harness.StateOfAsync(id), await harness.ScalarAsync<long>(
            "SELECT run_id FROM control.callback_events WHERE tenant_id = $1 AND id = $2", id)));
    }

    [Fact]
    public async Task Parked_event_comes_back_with_another_release()
    {
        await using var harness = await StartAsync();
        var person = harness.World.PersonAt(0).UserId;
        var id = await ParkAsync(harness, person, ("UserID", person));
        Assert.Equal(ParkedEvents.Release, await harness.ScalarAsync<string>("SELECT parked_by FROM control.callback_events WHERE tenant_id = $1 AND id = $2", id));
        await AgeAsync(harness);
        await harness.SweepAsync();
        Assert.Equal("parked", await harness.StateOfAsync(id));

        await harness.ScalarAsync<long>("UPDATE control.callback_events SET parked_by = '0.0.9' WHERE tenant_id = $1 AND id = $2 RETURNING id", id);
        await harness.SweepAsync();
        Assert.Equal("applied", await harness.StateOfAsync(id));
    }

    /// <summary>WeCom answers the question about this person with a code that nobody knows, until the event is given up.</summary>
    private static async Task<long> ParkAsync(SyncHarness harness, string asked, params (string, string)[] elements)
    {
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.ErrCode(99999), Path = "user/get", About = asked });
        var id = await harness.TellAsync("update_user", elements);
        await harness.DrainAsync();
        await harness.RetryAsync();
        Assert.Equal(("parked", IEventJob.MaxTries), (await harness.StateOfAsync(id), await TriesAsync(harness, id)));
        harness.Simulator.Faults.Clear();
        return id;
    }

    /// <summary>What the drain, its pause or the event's own job would do next.</summary>
    private static async Task GoOnAsync(SyncHarness harness, long id)
    {
        await harness.ScalarAsync<long>("""
            WITH on_now AS (UPDATE control.inbox_drains SET paused_until = NULL WHERE tenant_id = $1) SELECT 0::bigint
            """);
        await harness.DrainAsync();
        if (await harness.StateOfAsync(id) == "failed")
        {
            await using var scope = harness.Services.CreateAsyncScope();
            try
            {
                await scope.ServiceProvider.GetRequiredService<IEventJob>().ApplyAsync(harness.Tenant.Id, id, "", null, null, Cancel);
            }
            catch (Exception again) when (again is EventFailedException or JobParkedException)
            {
                // Its state says so.
            }
        }
    }

    /// <summary>What waits is late by now.</summary>
    private static Task<long> AgeAsync(SyncHarness harness) => harness.ScalarAsync<long>("""
        WITH aged AS (UPDATE control.callback_events SET received_at = received_at - interval '10 seconds' WHERE tenant_id = $1) SELECT 0::bigint
        """);

    private static Task<int> TriesAsync(SyncHarness harness, long id) =>
        harness.ScalarAsync<int>("SELECT tries FROM control.callback_events WHERE tenant_id = $1 AND id = $2", id);

    private async Task<SyncHarness> StartAsync()
    {
        var harness = await SyncHarness.StartAsync(database, Company);
        harness.World.Hire(new Person { UserId = "wx0001", Name = "卡拉", HasGeneratedUserId = true, Memberships = [new Membership(1)] });
        await harness.MirrorAsync();
        return harness;
    }
}
