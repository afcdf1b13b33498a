using WeComSync.Domain.Runs;

namespace WeComSync.Benchmarks.Directory;

/// <summary>A mirrored company and the worker that serves it, as a process of its own.</summary>
internal sealed class ServedCompany : IAsyncDisposable
{
    private readonly SimulatorProcess simulator;
    private readonly SimulatedCorp corp;
    private MeasuredServer? worker;

    private ServedCompany(SimulatorProcess simulator, SimulatedCorp corp, BenchmarkDatabase database) =>
        (this.simulator, this.corp, Database) = (simulator, corp, database);

    public BenchmarkDatabase Database { get; }

    /// <summary>Rows that the first full sync wrote.</summary>
    public long RowsMirrored { get; private set; }

    /// <param name="simulator">WeCom.</param>
    /// <param name="corp">The company, which is mirrored first by a run of its own.</param>
    /// <param name="program">The worker: a file name beside this program, or a whole path.</param>
    /// <param name="ct">Stops waiting.</param>
    public static async Task<ServedCompany> StartAsync(SimulatorProcess simulator, SimulatedCorp corp, string program, CancellationToken ct)
    {
        var company = new ServedCompany(simulator, corp, await BenchmarkDatabase.CreateAsync(corp, ct));
        await DirectoryBenchmark.RunWorkerAsync(simulator, company.Database, "full", ct);
        company.RowsMirrored = await company.Database.RowsWrittenAsync(ct);
        await SyncQueue.RestSchedulesAsync(company.Database.Inner.DataSource, ct);
        company.worker = await MeasuredServer.ServeAsync(program, company.Database.ConnectionString, simulator.BaseUrl, ct);
        return company;
    }

    /// <summary>An incremental sync ten minutes after the last, as the worker's queue runs it.</summary>
    /// <returns>How long it took, what it cost the worker from its order to its end, and its calls by path.</returns>
    public async Task<(double Seconds, double CpuSeconds, IReadOnlyDictionary<string, int> Calls)> SyncAsync(CancellationToken ct)
    {
        var data = Database.Inner.DataSource;
        await Database.AgeAsync(TimeSpan.FromMinutes(10), ct);
        await simulator.ForgetCallsAsync(ct);
        var from = await SyncQueue.NowAsync(data, ct);
        var before = worker!.CpuSeconds;
        await SyncQueue.OrderAsync(data, SyncKind.Incremental, ct);
        await SyncQueue.EndedAsync(data, worker, from, 1, ct);
        var cpu = worker.CpuSeconds - before;
        return ((await SyncQueue.NowAsync(data, ct) - from).TotalSeconds, cpu, await simulator.CallsAsync(corp, ct));
    }

    /// <summary>Ends the worker, so that all that it wrote is counted.</summary>
    public async Task StopAsync()
    {
        if (worker is not null)
        {
            await worker.DisposeAsync();
            worker = null;
        }

        Database.Inner.DataSource.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Database.DisposeAsync();
    }
}
