using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Schedules;
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

    /// <remarks>Quartz frees what one of its own schedulers is known to hold; that nobody holds it, it does not see.</remarks>
    [Theory]
    [InlineData("ACQUIRED", -10)]
    [InlineData("PAUSED", 10)]
    public async Task Trigger_that_nobody_holds_is_free_again_and_owes_no_less(string state, int minutes)
    {
        await using var worker = await TestWorker.StartAsync(database.ConnectionString);
        var tenant = await database.AddTenantAsync("0 0 0 1 1 ?");
        var name = $"{tenant}:full";
        await Eventually.TrueAsync("the schedule is set", () => ReadAsync<bool>("SELECT EXISTS (SELECT FROM quartz.qrtz_triggers WHERE trigger_name = $1)", name));
        var start = await ReadAsync<long>("SELECT start_time FROM quartz.qrtz_triggers WHERE trigger_name = $1", name);
        await database.ExecuteAsync(
            "UPDATE quartz.qrtz_triggers SET trigger_state = $2, next_fire_time = $3 WHERE trigger_name = $1", name, state, DateTimeOffset.UtcNow.AddMinutes(minutes).UtcTicks);

        await worker.Services.GetRequiredService<TriggerReconciliation>().RunAsync(Cancel);

        Assert.Equal("WAITING", await ReadAsync<string>("SELECT trigger_state FROM quartz.qrtz_triggers WHERE trigger_name = $1", name));
        Assert.True(await ReadAsync<long>("SELECT next_fire_time FROM quartz.qrtz_triggers WHERE trigger_name = $1", name) > DateTimeOffset.UtcNow.UtcTicks);
        Assert.Equal(start, await ReadAsync<long>("SELECT start_time FROM quartz.qrtz_triggers WHERE trigger_name = $1", name));
    }

    private Task<T> ReadAsync<T>(string sql, params object[] values) => database.ReadAsync<T>(sql, values);
}
