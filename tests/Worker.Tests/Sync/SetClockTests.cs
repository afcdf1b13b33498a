using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>The host's clock is set while a sync reads: rows stay dated by the database's time, or events would be taken for old news.</summary>
public sealed class SetClockTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Rows_are_dated_by_the_databases_time_whatever_the_clock_is_set_to(int hours)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions
        {
            People = 20, Departments = 4, Tags = 2, Seed = 99, Customers = new CustomerOptions { Count = 40, Relations = 50, TagGroups = 1, GroupChats = 2 },
        });
        var clock = new JumpingClock();
        harness.RestartWorker(clock);
        var began = await harness.ScalarAsync<DateTime>("SELECT clock_timestamp() WHERE $1 > 0");
        harness.Simulator.Faults.Always(harness.Corp, Fault.Delay(TimeSpan.FromMilliseconds(100)));

        await SetDuringAsync(() => harness.MirrorAsync());
        await SetDuringAsync(() => harness.MirrorCustomersAsync());

        string[] tables =
        [
            "departments", "users", "user_departments", "contact_tags", "contact_tag_users", "customers", "follows", "corp_tags", "corp_tag_groups",
            "group_chats", "group_chat_members",
        ];
        foreach (var table in tables)
        {
            Assert.Equal((table, 0L), (table, await harness.ScalarAsync<long>(
                $"SELECT count(*) FROM mirror.{table} WHERE tenant_id = $1 AND NOT fetched_at BETWEEN $2::timestamptz - interval '2 s' AND clock_timestamp()", began)));
        }

        await harness.AssertMirrorIsTrueAsync(new TruthView { Customers = true });

        async Task SetDuringAsync(Func<Task> run)
        {
            harness.Simulator.Calls.Clear();
            var running = run();
            await Eventually.TrueAsync("WeCom was asked", () => harness.Simulator.Calls.Count(harness.Corp.Id) > 0);
            clock.Off += TimeSpan.FromHours(hours);
            await running;
        }
    }
}
