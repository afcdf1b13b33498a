using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>What becomes of events: applied, put off, failed, parked, replayed, forgotten.</summary>
public sealed class InboxTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 12, Departments = 4, Seed = 31 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unknown_events_are_kept_and_marked_ignored()
    {
        await using var harness = await StartAsync();
        var odd = await harness.StoreAsync("change_contact", "paint_user", "x", "<xml/>");
        var customer = await harness.StoreAsync("change_external_contact", "paint_external_contact", "wm1", "<xml/>", channel: Channel.Customers);
        await harness.DrainAsync();
        Assert.Equal("ignored", await harness.StateOfAsync(odd));
        Assert.Equal("ignored", await harness.StateOfAsync(customer));
    }

    [Fact]
    public async Task Events_of_a_stopped_tenant_wait_without_tries_and_are_applied_after_it_goes_on()
    {
        await using var harness = await StartAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(60020), "user/get");
        var id = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        await harness.DrainAsync();
        Assert.Equal(("waiting", 0, "stopped"), (await harness.StateOfAsync(id), await TriesAsync(harness, id), await harness.ScalarAsync<string>(
            "SELECT state FROM control.tenants WHERE id = $1")));

        harness.Simulator.Faults.Clear();
        Assert.Contains("stopped", await harness.DrainAsync(), StringComparison.Ordinal);
        await harness.ScalarAsync<long>("UPDATE control.tenants SET state = 'active' WHERE id = $1 RETURNING id");
        await harness.DrainAsync();
        Assert.Equal("applied", await harness.StateOfAsync(id));
    }

    [Theory]
    [InlineData("enabled", "disabled", 32)]
    [InlineData("switched_on", "disabled", 33)]
    [InlineData(null, "contacts.secret", 34)]
    public async Task Events_of_a_tenant_that_is_disabled_or_has_no_credentials_wait_without_tries_and_without_calls(string? off, string why, int seed)
    {
        // A company of its own: the sweep takes the others' old events too, and calls are counted by company.
        await using var harness = await StartAsync(Company with { Seed = seed });
        var hinder = off is not null ? $"UPDATE control.tenants SET {off} = false WHERE id = $1" : "UPDATE control.wecom_settings SET secret = NULL, token = secret WHERE tenant_id = $1";
        var allow = off is not null ? $"UPDATE control.tenants SET {off} = true WHERE id = $1" : "UPDATE control.wecom_settings SET secret = token, token = NULL WHERE tenant_id = $1";
        await harness.ScalarAsync<long>($"WITH done AS ({hinder} RETURNING 1) SELECT count(*) FROM done");
        var id = await harness.TellAsync(
            "update_user", [("UserID", harness.World.PersonAt(0).UserId)], receivedAt: DateTimeOffset.UtcNow.AddSeconds(-30));
        var calls = harness.Simulator.Calls.Count(harness.Corp.Id);
        Assert.Contains(why, await harness.DrainAsync(), StringComparison.Ordinal);
        await harness.SweepAsync();
        Assert.Equal(("waiting", 0), (await harness.StateOfAsync(id), await TriesAsync(harness, id)));
        Assert.Equal(calls, harness.Simulator.Calls.Count(harness.Corp.Id));

        await harness.ScalarAsync<long>($"WITH done AS ({allow} RETURNING 1) SELECT count(*) FROM done");
        await harness.DrainAsync();
        Assert.Equal("applied", await harness.StateOfAsync(id));
    }

    /// <summary>Or a few tenants in which something always happens would hold every worker for ever.</summary>
    [Fact]
    public async Task Drain_of_a_tenant_whose_events_keep_coming_gives_way_and_leaves_a_job()
    {
        await using var harness = await StartAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.Delay(TimeSpan.FromMilliseconds(300)), "user/get");
        await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        var drain = harness.DrainAsync();
        var clock = Stopwatch.StartNew();
        for (var i = 0; !drain.IsCompleted; i++)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(40), "it never ends");
            await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(i % 12).UserId)]);
            await Task.WhenAny(drain, Task.Delay(100, Cancel));
        }

        Assert.Contains("turn is over", await drain, StringComparison.Ordinal);
        Assert.Equal(1L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM hangfire.job WHERE statename = 'Enqueued' AND invocationdata->>'Type' LIKE '%IInboxJob%' AND arguments->>0 = $1::bigint::text"));
        harness.Simulator.Faults.Clear();
        await harness.DrainAsync();
        Assert.Equal(0L, await harness.CountEventsAsync("waiting"));
    }

    [Fact]
    public async Task Events_wait_while_WeCom_is_away_and_lose_no_try()
    {
        await using var harness = await StartAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.BadGateway(), "user/get");
        for (var i = 0; i < 12; i++)
        {
            await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(i).UserId)]);
        }

        await harness.DrainAsync();
        Assert.Equal(12L, await harness.CountEventsAsync("waiting"));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT sum(tries) FROM control.callback_events WHERE tenant_id = $1"));
        harness.Simulator.Faults.Clear();
        await harness.ScalarAsync<long>("UPDATE control.inbox_drains SET paused_until = NULL WHERE tenant_id = $1 RETURNING tenant_id");
        await harness.DrainAsync();
        Assert.Equal(12L, await harness.CountEventsAsync("applied"));
    }

    [Fact]
    public async Task Event_that_fails_goes_on_alone_and_parks_and_its_neighbours_are_applied()
    {
        await using var harness = await StartAsync();
        var poison = await harness.StoreAsync("change_contact", "update_user", "someone", "no message at all");
        var neighbour = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        await harness.DrainAsync();
        Assert.Equal(("failed", "applied"), (await harness.StateOfAsync(poison), await harness.StateOfAsync(neighbour)));
        Assert.Equal(1L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM hangfire.job WHERE statename = 'Scheduled' AND arguments ->> 0 = $1::text AND arguments ->> 1 = $2::text", poison));

        var job = harness.Services.CreateScope().ServiceProvider.GetRequiredService<IEventJob>();
        for (var tries = 2; tries < IEventJob.MaxTries; tries++)
        {
            await Assert.ThrowsAsync<EventFailedException>(() => job.ApplyAsync(harness.Tenant.Id, poison, "", "", null, Cancel));
        }

        await Assert.ThrowsAsync<JobParkedException>(() => job.ApplyAsync(harness.Tenant.Id, poison, "", "", null, Cancel));
        Assert.Equal("parked", await harness.StateOfAsync(poison));

        await new EventReplay(database.DataSource).RunAsync(harness.Tenant.Id, null, EventState.Parked, Cancel);
        Assert.Equal(("waiting", 0), (await harness.StateOfAsync(poison), await TriesAsync(harness, poison)));
    }

    [Fact]
    public async Task Object_that_WeCom_refuses_fails_alone()
    {
        await using var harness = await StartAsync();
        harness.Simulator.Faults.Add(new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.ErrCode(99999), Path = "user/get", Times = 1 });
        for (var i = 0; i < 5; i++)
        {
            await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(i).UserId)]);
        }

        await harness.DrainAsync();
        Assert.Equal((1L, 4L), (await harness.CountEventsAsync("failed"), await harness.CountEventsAsync("applied")));
    }

    [Fact]
    public async Task Work_of_a_dead_process_is_taken_over_when_its_lease_is_over()
    {
        await using var harness = await StartAsync();
        var id = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        const string claim = "UPDATE control.callback_events SET claimed_by = 'dead', claimed_at = now() - $3::interval, deaths = $4 WHERE tenant_id = $1 AND id = $2 RETURNING id";
        await harness.ScalarAsync<long>(claim, id, TimeSpan.FromSeconds(5), 1);
        await harness.DrainAsync();
        Assert.Equal("waiting", await harness.StateOfAsync(id));

        await harness.ScalarAsync<long>(claim, id, TimeSpan.FromSeconds(60), 1);
        var sweep = harness.Services.GetRequiredService<EventSweep>();
        await Task.WhenAll(await sweep.RunAsync(Cancel));
        Assert.Equal("applied", await harness.StateOfAsync(id));

        // Twice is enough among others: from then on alone.
        await harness.ScalarAsync<long>("UPDATE control.callback_events SET state = 'waiting' WHERE tenant_id = $1 AND id = $2 RETURNING id", id);
        await harness.ScalarAsync<long>(claim, id, TimeSpan.FromSeconds(60), 2);
        await harness.DrainAsync();
        Assert.Equal("failed", await harness.StateOfAsync(id));
    }

    /// <summary>F9: whoever was out of touch for longer than its lease is refused when it comes back.</summary>
    [Fact]
    public async Task Worker_whose_events_another_took_over_writes_nothing()
    {
        await using var harness = await StartAsync();
        // Who leads nothing: no other row changes with a move.
        var person = harness.World.People.First(p => p.Memberships.All(m => !m.IsLeader));
        var home = harness.World.Departments.First(d => person.Memberships.All(m => m.DepartmentId != d.Id)).Id;
        harness.World.Move(person.UserId, home);
        var id = await harness.TellAsync("update_user", [("UserID", person.UserId), ("Department", $"{home}")]);
        harness.Simulator.Faults.Add(
            new FaultRule { CorpId = harness.Corp.Id, Fault = Fault.Delay(TimeSpan.FromSeconds(2)), Path = "user/get", Times = 1 });
        var late = harness.DrainAsync();
        await Eventually.TrueAsync("it is at work", async () => await harness.ScalarAsync<bool>("""
            WITH aged AS (
                UPDATE control.callback_events SET claimed_at = claimed_at - interval '1 minute' WHERE tenant_id = $1 AND claimed_by IS NOT NULL
                RETURNING 1)
            SELECT EXISTS (SELECT FROM aged)
            """));
        await using (var taken = await harness.Services.GetRequiredService<EventClaims>().TakeAsync(harness.Tenant.Id, MirrorPart.Directory, 500, Cancel))
        {
            Assert.Equal([id], taken.Events.Select(e => e.Id));
            await Assert.ThrowsAsync<ClaimLostException>(() => late);
        }

        Assert.Equal("waiting", await harness.StateOfAsync(id));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM mirror.changes WHERE tenant_id = $1 AND cause LIKE 'event:%'"));
        await harness.DrainAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>F18: nothing is written when a process is killed, so a try counts before it.</summary>
    [Fact]
    public async Task Event_that_kills_every_process_is_parked_and_its_neighbours_are_applied()
    {
        await using var harness = await StartAsync();
        var claims = harness.Services.GetRequiredService<EventClaims>();
        var killer = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        var neighbour = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(1).UserId)]);
        for (var death = 0; death < EventClaims.DeathsInBatch; death++)
        {
            Assert.Contains((await claims.TakeAsync(harness.Tenant.Id, MirrorPart.Directory, 500, Cancel)).Events, e => e.Id == killer);
            await DieAsync();
        }

        await harness.DrainAsync();
        Assert.Equal(("failed", "failed"), (await harness.StateOfAsync(killer), await harness.StateOfAsync(neighbour)));
        Assert.Equal((0, 0), (await TriesAsync(harness, killer), await TriesAsync(harness, neighbour)));
        var job = harness.Services.CreateScope().ServiceProvider.GetRequiredService<IEventJob>();
        Assert.Equal("applied", await job.ApplyAsync(harness.Tenant.Id, neighbour, "", "", null, Cancel));

        for (var death = 0; death < IEventJob.MaxTries; death++)
        {
            Assert.Single((await claims.TakeOneAsync(harness.Tenant.Id, killer, Cancel)).Events);
            await DieAsync();
        }

        await Assert.ThrowsAsync<JobParkedException>(() => job.ApplyAsync(harness.Tenant.Id, killer, "", "", null, Cancel));
        Assert.Equal("parked", await harness.StateOfAsync(killer));

        Task<long> DieAsync() => harness.ScalarAsync<long>("""
            WITH aged AS (
                UPDATE control.callback_events SET claimed_at = claimed_at - interval '1 minute', claimed_by = 'dead' WHERE tenant_id = $1 AND claimed_by IS NOT NULL
                RETURNING 1)
            SELECT count(*) FROM aged
            """);
    }

    [Fact]
    public async Task Old_payloads_are_forgotten_and_what_waits_is_kept()
    {
        await using var harness = await StartAsync();
        var old = DateTimeOffset.UtcNow.AddDays(-31);
        var done = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)], receivedAt: old);
        var ancient = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)], receivedAt: old.AddDays(-180));
        await harness.DrainAsync();
        var young = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        await harness.DrainAsync();
        var waiting = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)], receivedAt: old.AddDays(-180));
        await harness.Services.GetRequiredService<EventRetention>().RunAsync(Cancel);
        Assert.Equal(young + waiting, await harness.ScalarAsync<long>(
            "SELECT sum(id)::bigint FROM control.callback_events WHERE tenant_id = $1 AND payload IS NOT NULL"));
        Assert.Equal("applied", await harness.StateOfAsync(done));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND id = $2", ancient));
    }

    private static Task<int> TriesAsync(SyncHarness harness, long id) =>
        harness.ScalarAsync<int>("SELECT tries FROM control.callback_events WHERE tenant_id = $1 AND id = $2", id);

    private Task<SyncHarness> StartAsync() => StartAsync(Company);

    private async Task<SyncHarness> StartAsync(CorpOptions company)
    {
        var harness = await SyncHarness.StartAsync(database, company);
        await harness.MirrorAsync();
        return harness;
    }
}
