using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>However long WeCom takes to answer, no statement of the sync waits with it: none is ended for its time, none holds the oldest transaction.</summary>
public sealed class SlowReadingTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 40, Departments = 10, Seed = 71, Tags = 1 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("user/list")]
    [InlineData("tag/get")]
    public async Task Full_sync_may_read_for_longer_than_the_role_may_run_a_statement(string endpoint)
    {
        await using (var limit = database.DataSource.CreateCommand(
            $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database.ConnectionString).Database} SET statement_timeout = '3s'"))
        {
            await limit.ExecuteNonQueryAsync(Cancel);
        }

        await using var harness = await SyncHarness.StartAsync(database, Company);
        harness.Simulator.Faults.Always(harness.Corp, Fault.Delay(TimeSpan.FromSeconds(5)), endpoint);

        var report = await harness.FullAsync();

        Assert.True(report.State == RunState.Done, report.Error);
        await harness.AssertMirrorIsTrueAsync();
    }
}
