using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>G17: what a person may do with removals that the guard holds, and how the guard counts.</summary>
public sealed class HeldRemovalTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 120, Departments = 12, Seed = 51 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_names_people_with_their_departments_and_when_they_were_last_seen()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var held = await HoldAsync(harness, 15);
        var service = Service(harness);

        var removals = await service.ListAsync(harness.Tenant.Id, Cancel);
        var departments = await service.DepartmentsAsync(harness.Tenant.Id, Cancel);

        var users = removals.Where(r => r.Entity == "user").ToList();
        Assert.Equal(15, users.Count);
        Assert.All(users, u => Assert.False(string.IsNullOrEmpty(u.Name)));
        Assert.All(users, u => Assert.InRange(u.LastSeenAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1)));
        Assert.All(held, id => Assert.False(string.IsNullOrEmpty(departments[id])));
    }

    [Fact]
    public async Task Approved_ones_are_removed_by_whatever_run_is_next_and_the_others_wait()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var held = await HoldAsync(harness, 15);

        Assert.Equal(2, await DecideAsync(harness, HeldDecision.Approved, held[3].ToUpperInvariant(), held[5]));
        var report = await harness.IncrementalAsync();

        Assert.Equal((2, 13), (report.Counts["user"].Removed, report.Counts["user"].Held));
        Assert.Equal(118, await harness.LiveAsync("users"));
        Assert.Equal("pending 13, removed 2", await DecisionsAsync(harness));
    }

    [Fact]
    public async Task Discarded_ones_stay_and_nobody_is_asked_again_until_they_were_seen()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var held = await HoldAsync(harness, 15);
        await DecideAsync(harness, HeldDecision.Discarded);

        var report = await harness.MirrorAsync();
        await harness.IncrementalAsync();

        Assert.Equal((0, 0), (report.Counts["user"].Removed, report.Counts["user"].Held));
        Assert.Equal(120, await harness.LiveAsync("users"));
        Assert.Equal("discarded 15", await DecisionsAsync(harness));

        harness.World.Hire(held[0], "回来", 1);
        await harness.IncrementalAsync();
        Assert.Equal("discarded 14, expired 1", await DecisionsAsync(harness));
        harness.World.Leave(held[0]);
        Assert.Equal(1, (await harness.IncrementalAsync()).Counts["user"].Removed);
    }

    [Fact]
    public async Task They_expire_when_the_people_are_seen_again()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var held = await HoldAsync(harness, 15);
        held.ForEach(id => harness.World.Hire(id, "回来", 1));

        await harness.IncrementalAsync();

        Assert.Equal("expired 15", await DecisionsAsync(harness));
        Assert.Equal(120, await harness.LiveAsync("users"));
    }

    /// <summary>Ten percent of a kind and fifty rows, unless the tenant says otherwise; a small kind has no percentage worth the name.</summary>
    [Theory]
    [InlineData(50, 1000, true)]
    [InlineData(51, 1000, false)]
    [InlineData(12, 120, true)]
    [InlineData(13, 120, false)]
    [InlineData(2, 20, true)]
    [InlineData(3, 20, false)]
    [InlineData(19, 19, true)]
    public void Guard_allows_as_many_as_its_limits_say(int removals, int live, bool allowed) =>
        Assert.Equal(allowed, new RemovalGuard(Tenant.DefaultMaxRemoved, Tenant.DefaultMaxRemovedPercent).Allows(removals, live));

    /// <summary>9 % six times is no less than half of the company.</summary>
    [Fact]
    public async Task Removals_of_a_day_count_together()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        Leave(harness, 10);
        Assert.Equal((10, 0), Of(await harness.IncrementalAsync()));

        Leave(harness, 10);
        Assert.Equal((0, 10), Of(await harness.FullAsync()));

        await harness.ScalarAsync<long>(
            "WITH old AS (UPDATE control.sync_runs SET started_at = started_at - interval '25 hours' WHERE tenant_id = $1 RETURNING 1) SELECT count(*) FROM old");
        // What waits for a person goes on waiting; it leaves no room for more of the same.
        Assert.Equal((0, 10), Of(await harness.FullAsync()));
        await DecideAsync(harness, HeldDecision.Approved);
        Leave(harness, 9);
        Assert.Equal((19, 0), Of(await harness.FullAsync()));

        static (int Removed, int Held) Of(SyncReport report) => (report.Counts["user"].Removed, report.Counts["user"].Held);
    }

    [Fact]
    public async Task What_was_approved_does_not_count_towards_the_day()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await HoldAsync(harness, 15);
        await DecideAsync(harness, HeldDecision.Approved);
        await harness.MirrorAsync();
        Leave(harness, 10);

        Assert.Equal(10, (await harness.IncrementalAsync()).Counts["user"].Removed);
    }

    [Fact]
    public async Task The_log_reminds_once_a_day()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await HoldAsync(harness, 15);
        var service = Service(harness);
        Assert.DoesNotContain(await service.TakeRemindersAsync(Cancel), r => r.Tenant == harness.Tenant.Key);
        await harness.ScalarAsync<long>(
            "WITH old AS (UPDATE control.held_removals SET reminded_at = reminded_at - interval '25 hours' WHERE tenant_id = $1 RETURNING 1) SELECT count(*) FROM old");

        Assert.Contains((harness.Tenant.Key, 15L), await service.TakeRemindersAsync(Cancel));
        Assert.DoesNotContain(await service.TakeRemindersAsync(Cancel), r => r.Tenant == harness.Tenant.Key);
    }

    private static HeldRemovals Service(SyncHarness harness) => harness.Services.GetRequiredService<HeldRemovals>();

    private static Task<int> DecideAsync(SyncHarness harness, HeldDecision decision, params string[] ids) =>
        Service(harness).DecideAsync(harness.Tenant.Id, decision, null, ids, "test", Cancel);

    private static List<string> Leave(SyncHarness harness, int count)
    {
        var leavers = harness.World.People.Take(count).Select(p => p.UserId).ToList();
        leavers.ForEach(id => harness.World.Leave(id));
        return leavers;
    }

    private static async Task<List<string>> HoldAsync(SyncHarness harness, int count)
    {
        await harness.MirrorAsync();
        var leavers = Leave(harness, count);
        Assert.Equal(count, (await harness.FullAsync()).Counts["user"].Held);
        return leavers;
    }

    private static Task<string> DecisionsAsync(SyncHarness harness) => harness.ScalarAsync<string>("""
        SELECT string_agg(decision || ' ' || n, ', ' ORDER BY decision) FROM (
            SELECT decision, count(*) AS n FROM control.held_removals WHERE tenant_id = $1 AND entity = 'user' GROUP BY 1) AS d
        """);
}
