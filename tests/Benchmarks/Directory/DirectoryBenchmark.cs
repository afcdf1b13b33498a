using WeComSync.Domain.Runs;

namespace WeComSync.Benchmarks.Directory;

/// <summary>Runs the programs against each other, in turn, on databases of their own and one simulated company.</summary>
internal sealed class DirectoryBenchmark(DirectoryOptions options, Action<string> say)
{
    public const string Worker = "WeComSync";

    private readonly List<Measurement> measurements = [];
    private readonly List<MemoryFigure> memory = [];
    private readonly List<StatementFigure> statements = [];

    public async Task<DirectoryReport> RunAsync(CancellationToken ct)
    {
        await using var simulator = await SimulatorProcess.StartAsync(ct);
        await CountStatementsAsync(simulator, options.People / 10, ct);
        var corp = await AddCorpAsync(simulator, options.People, ct);
        for (var round = 1; round <= options.Rounds; round++)
        {
            await RoundAsync(simulator, corp, round, ct);
        }

        await CountStatementsAsync(simulator, options.People, ct);
        if (options.MemoryPeople > 0)
        {
            await MeasureMemoryAsync(simulator, options.MemoryPeople, ct);
        }

        return new DirectoryReport(options, measurements, memory, statements);
    }

    private async Task RoundAsync(SimulatorProcess simulator, SimulatedCorp corp, int round, CancellationToken ct)
    {
        // The row-by-row program takes long and varies little: one round of it tells enough.
        string[] programs = options.WithRows && round == 1 ? [FloorProgram.Name, Worker, RowByRowProgram.Name] : [FloorProgram.Name, Worker];
        var databases = new Dictionary<string, BenchmarkDatabase>();
        try
        {
            foreach (var program in programs)
            {
                databases[program] = await BenchmarkDatabase.CreateAsync(corp, ct);
            }

            foreach (var scenario in Enum.GetValues<Scenario>())
            {
                if (scenario == Scenario.OnePercent)
                {
                    await simulator.ChangeOnePercentAsync(corp, seed: round, ct);
                }

                // Neither is always the one that runs on the warmer machine.
                foreach (var program in round % 2 == 1 ? programs : programs.Reverse())
                {
                    var measured = await MeasureAsync(simulator, corp, databases[program], program, scenario, round, ct);
                    measurements.Add(measured);
                    say($"round {round}, {scenario}, {program}: {measured.Seconds:0.00} s, CPU {measured.CpuSeconds:0.00} s, {measured.PeakMegabytes:0} MB, {measured.RowsWritten} rows written");
                }
            }
        }
        finally
        {
            foreach (var database in databases.Values)
            {
                await database.DisposeAsync();
            }
        }
    }

    private static async Task<Measurement> MeasureAsync(
        SimulatorProcess simulator, SimulatedCorp corp, BenchmarkDatabase database, string program, Scenario scenario, int round, CancellationToken ct)
    {
        var before = await database.RowsWrittenAsync(ct);
        await simulator.ForgetCallsAsync(ct);
        var figures = program == Worker
            ? await RunWorkerAsync(simulator, database, "full", ct)
            : await MeasuredProcess.RunAsync("WeComSync.Benchmarks.dll", [program], [Source(simulator, corp, database).AsVariable()], ct);
        var calls = await simulator.CallsAsync(corp, ct);
        var plan = CallPlan.Minimum(
            await database.CountAsync("user_departments", ct), await database.CountAsync("contact_tags", ct), scenario == Scenario.First ? 2 : 0);
        return new Measurement(
            program, scenario, round, figures.Seconds, figures.WholeSeconds, figures.CpuSeconds, figures.PeakMegabytes,
            await database.RowsWrittenAsync(ct) - before, calls, calls.Values.Sum() - plan.Values.Sum());
    }

    private static DirectorySource Source(SimulatorProcess simulator, SimulatedCorp corp, BenchmarkDatabase database) =>
        new(simulator.BaseUrl, corp.CorpId, corp.AgentId, corp.AppSecret, corp.ContactsSecret, database.ConnectionString);

    /// <summary>One sync by the worker's own program.</summary>
    public static Task<ProcessFigures> RunWorkerAsync(SimulatorProcess simulator, BenchmarkDatabase database, string kind, CancellationToken ct) =>
        MeasuredProcess.RunAsync(
            "WeComSync.Worker.dll",
            ["sync", BenchmarkDatabase.TenantKey, kind, "--json"],
            [
                ("ConnectionStrings__WeComSync", database.ConnectionString), ("WeCom__BaseUrl", simulator.BaseUrl),
                ("DOTNET_ENVIRONMENT", "Development"), ("Logging__LogLevel__Default", "Warning"),
            ],
            ct);

    private async Task MeasureMemoryAsync(SimulatorProcess simulator, int people, CancellationToken ct)
    {
        var corp = await AddCorpAsync(simulator, people, ct);
        await using var database = await BenchmarkDatabase.CreateAsync(corp, ct);
        var first = await RunWorkerAsync(simulator, database, "full", ct);
        var second = await RunWorkerAsync(simulator, database, "full", ct);
        memory.Add(new MemoryFigure(people, first.PeakMegabytes, second.PeakMegabytes));
        say($"memory with {people} people: {first.PeakMegabytes:0} MB, then {second.PeakMegabytes:0} MB");
    }

    private async Task CountStatementsAsync(SimulatorProcess simulator, int people, CancellationToken ct)
    {
        // The same departments and tags at each size: only the people differ.
        var corp = await simulator.AddCorpAsync(people + 7, people, options.Departments, options.Tags, people * 3 / 2, ct);
        await using var database = await BenchmarkDatabase.CreateAsync(corp, ct);
        foreach (var scenario in Enum.GetValues<Scenario>())
        {
            if (scenario == Scenario.OnePercent)
            {
                await simulator.ChangeOnePercentAsync(corp, seed: 1, ct);
            }

            statements.Add(new StatementFigure(people, scenario, await StatementCount.RunAsync(database, simulator.BaseUrl, SyncKind.Full, ct)));
            say($"statements with {people} people, {scenario}: {statements[^1].Statements}");
        }
    }

    private Task<SimulatedCorp> AddCorpAsync(SimulatorProcess simulator, int people, CancellationToken ct) =>
        simulator.AddCorpAsync(
            seed: people, people, (int)((long)options.Departments * people / options.People), options.Tags,
            (int)((long)options.Memberships * people / options.People), ct);
}
