using System.Globalization;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.EndToEnd;

/// <summary>
/// F10: the network of a worker is cut without a word while it holds its tenant's lock. PostgreSQL is not told, and here not even its
/// probes fail: the sign of life alone says that the worker is gone.
/// </summary>
public sealed class CutOffSyncTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("COPY stage_contact_tags ", "reads")]
    [InlineData("INTO mirror.users", "merges")]
    [Trait("Length", "Long")]
    public async Task Run_whose_network_is_silently_cut_is_taken_over_within_a_minute_and_writes_nothing_more(string statement, string doing)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 60, Departments = 8, Tags = 2, Seed = 92 });
        await harness.MirrorAsync();
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        harness.World.Hire("arrived", "新人", 1);
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        proxy.Statement = sql =>
        {
            if (sql.Contains(statement, StringComparison.Ordinal))
            {
                proxy.Statement = null;
                proxy.BlackHole();
                cut.SetResult();
            }
        };
        await using var worker = WorkerProcess.Start(
            proxy.ConnectionString, ["sync", harness.Tenant.Key, "full"], ("WeCom__BaseUrl", harness.Simulator.BaseUrl), ("DOTNET_ENVIRONMENT", "Development"));
        await cut.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        var took = await Eventually.TrueAsync("another worker takes its place", () => IsSyncedAsync(harness), Limit);
        await harness.AssertMirrorIsTrueAsync();
        var before = await LastChangeAsync(harness);

        proxy.Heal();
        var end = await worker.WaitForExitAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cut while it {doing}: taken over after {took.TotalSeconds:0.0} s"));
        Assert.True(end.ExitCode == 1, $"exit code {end.ExitCode}\n{end.Error}");
        Assert.Equal(before, await LastChangeAsync(harness));
        Assert.Equal(1L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'failed' AND error LIKE '%without closing the run%'"));
    }

    private static async Task<bool> IsSyncedAsync(SyncHarness harness)
    {
        try
        {
            return (await harness.FullAsync()).State == RunState.Done;
        }
        catch (RunInProgressException)
        {
            return false;
        }
    }

    private static Task<long> LastChangeAsync(SyncHarness harness) =>
        harness.ScalarAsync<long>("SELECT max(seq) FROM mirror.changes WHERE tenant_id = $1");
}
