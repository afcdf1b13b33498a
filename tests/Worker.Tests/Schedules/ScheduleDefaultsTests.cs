using CsCheck;
using Quartz;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Schedules;
using Xunit;

namespace WeComSync.Worker.Tests.Schedules;

public sealed class ScheduleDefaultsTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(SyncKind.Full, 2, 5)]
    [InlineData(SyncKind.Customers, 5, 7)]
    public void Nightly_syncs_of_any_tenant_start_in_their_window(SyncKind kind, int from, int to) =>
        Gen.Long[1, long.MaxValue].Sample(tenant =>
        {
            var due = First(ScheduleDefaults.Effective(tenant, kind, null));
            Assert.InRange(due, Midnight.AddHours(from), Midnight.AddHours(to).AddSeconds(-1));
        });

    [Fact]
    public void Incremental_sync_of_any_tenant_comes_every_ten_minutes() =>
        Gen.Long[1, long.MaxValue].Sample(tenant =>
        {
            var cron = CronExpression.Parse(ScheduleDefaults.Effective(tenant, SyncKind.Incremental, null)).WithTimeZone(TimeZoneInfo.Utc);
            var due = cron.GetNextValidTimeAfter(Midnight)!.Value;
            Assert.InRange(due - Midnight, TimeSpan.Zero, TimeSpan.FromMinutes(10));
            Assert.Equal(TimeSpan.FromMinutes(10), cron.GetNextValidTimeAfter(due)!.Value - due);
        });

    /// <remarks>600 seconds for 1,000 incremental syncs, 10,800 for as many full ones.</remarks>
    [Theory]
    [InlineData(SyncKind.Incremental, 3)]
    [InlineData(SyncKind.Full, 1)]
    [InlineData(SyncKind.Customers, 1)]
    public void A_thousand_tenants_do_not_start_in_the_same_second(SyncKind kind, int most)
    {
        foreach (var first in new[] { 1, 40_000, 9_000_001 })
        {
            var starts = Enumerable.Range(first, 1000).CountBy(tenant => First(ScheduleDefaults.Effective(tenant, kind, null)));
            Assert.InRange(starts.Max(second => second.Value), 1, most);
        }
    }

    [Fact]
    public void A_thousand_tenants_with_the_same_nightly_schedule_spread_over_its_minute()
    {
        var starts = Enumerable.Range(1, 1000).Select(tenant => First(ScheduleDefaults.Effective(tenant, SyncKind.Full, "0 30 2 * * ?"))).ToList();

        Assert.All(starts, due => Assert.InRange(due, Midnight.AddHours(2.5), Midnight.AddHours(2.5).AddSeconds(59)));
        Assert.InRange(starts.CountBy(due => due).Max(second => second.Value), 1, 18);
    }

    [Theory]
    [InlineData("15 30 2 * * ?")]
    [InlineData("0/20 * * * * ?")]
    [InlineData("* * * * * ?")]
    [InlineData("00 30 2 * * ?")]
    public void Chosen_seconds_are_kept(string own) => Assert.Equal(own, ScheduleDefaults.Effective(77, SyncKind.Full, own));

    [Fact]
    public void Place_of_a_tenant_never_moves()
    {
        // Golden: moving the places would make every tenant's trigger new at the next start.
        Assert.Equal("57 45 3 * * ?", ScheduleDefaults.Effective(77, SyncKind.Full, null));
        Assert.Equal("53 5/10 * * * ?", ScheduleDefaults.Effective(77, SyncKind.Incremental, null));
    }

    private static DateTimeOffset First(string cron) =>
        CronExpression.Parse(cron).WithTimeZone(TimeZoneInfo.Utc).GetNextValidTimeAfter(Midnight)!.Value;
}
