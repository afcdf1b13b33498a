using WeComSync.Benchmarks.Directory;
using Xunit;

namespace WeComSync.EndToEnd;

/// <summary>What a full sync may cost, counted by the benchmark program with everything in processes of their own.</summary>
public sealed class DirectoryBenchmarkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Sync_writes_nothing_when_nothing_changed_and_asks_as_little_as_planned()
    {
        var report = await RunAsync(new DirectoryOptions { People = 5_000, Departments = 150, Memberships = 7_500, Rounds = 1, WithRows = false });

        Assert.Empty(report.MissedCounts());
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task Sync_of_a_large_company_stays_close_to_the_floor_in_time_and_memory()
    {
        var report = await RunAsync(new DirectoryOptions { Departments = 3_000, Memberships = 150_000, MemoryPeople = 200_000 });

        Assert.Empty(report.MissedCounts());
        Assert.Empty(report.MissedSpeed());
    }

    [Fact]
    public async Task Incremental_sync_without_changes_writes_nothing_and_asks_for_ids_and_its_share_alone() =>
        Assert.Empty((await new IncrementalBenchmark(3_000, rounds: 1, IncrementalBenchmark.OwnWorker, output.WriteLine).RunAsync(TestContext.Current.CancellationToken)).MissedCounts());

    [Fact]
    [Trait("Length", "Long")]
    public async Task Incremental_sync_of_a_large_company_costs_less_than_a_second_of_processor_time()
    {
        var report = await new IncrementalBenchmark(100_000, rounds: 3, IncrementalBenchmark.OwnWorker, output.WriteLine).RunAsync(TestContext.Current.CancellationToken);

        Assert.Empty(report.MissedCounts());
        Assert.Empty(report.MissedSpeed());
    }

    private async Task<DirectoryReport> RunAsync(DirectoryOptions options)
    {
        var report = await new DirectoryBenchmark(options, output.WriteLine).RunAsync(TestContext.Current.CancellationToken);
        output.WriteLine(report.ToText());
        return report;
    }
}
