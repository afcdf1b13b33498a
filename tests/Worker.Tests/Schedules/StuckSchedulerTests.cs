using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Schedules;

/// <summary>G15: a session that went silent while it holds Quartz's lock delays nothing for longer than 20 seconds.</summary>
public sealed class StuckSchedulerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <remarks>All of Quartz waits for one row lock. A worker that lost its network or its mind while it holds the row must lose it.</remarks>
    [Fact]
    public async Task Scheduler_whose_lock_is_held_by_a_session_that_went_silent_goes_on_within_20_seconds()
    {
        await using var worker = await TestWorker.StartAsync(database.ConnectionString);
        var tenant = await database.AddTenantAsync("* * * * * ?");
        await Eventually.TrueAsync("the schedule runs", () => worker.Sync.CountOf(tenant) >= 2);

        // A session as Quartz's own are, by the same settings; nobody says anything on it from here on.
        await using var silent = new NpgsqlConnection(WorkerConnections.Schedules(database.ConnectionString, threads: 1) + ";Pooling=false");
        await silent.OpenAsync(Cancel);
        await using var hold = new NpgsqlCommand("BEGIN; SELECT FROM quartz.qrtz_locks FOR UPDATE", silent);
        await hold.ExecuteNonQueryAsync(Cancel);
        var held = DateTimeOffset.UtcNow;

        await Eventually.TrueAsync(
            "the schedule runs again",
            async () => (await database.ClaimsAsync(tenant)).LastOrDefault() > held + TimeSpan.FromSeconds(11),
            Limit);
    }
}
