using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using WeComSync.Benchmarks.Directory;

namespace WeComSync.Benchmarks.Callbacks;

/// <summary>How many events the callback host accepts, beside hosts that do less and one that does what is usual.</summary>
internal sealed class AcceptBenchmark(CallbackBenchmarkOptions options, CallbackReport report, Action<string> say)
{
    private const int RowsInBatch = 300;

    /// <summary>What the sender needs until it is as fast as it can be.</summary>
    private const int WarmUp = 4_000;

    /// <summary>What a host needs until its code has its best form; a service of months is not measured by its first seconds.</summary>
    private const int WarmSeconds = 6;

    /// <summary>A host that takes more in that time is warm sooner.</summary>
    private const int WarmEvents = 100_000;

    /// <summary>Loads of each host in one round.</summary>
    private const int Turns = 4;

    private const int HalfRateSeconds = 10;

    public async Task RunAsync(CancellationToken ct)
    {
        for (var round = 1; round <= options.Rounds; round++)
        {
            await using var database = await BenchmarkDatabase.CreateAsync(SimulatedCorp.Nobody, ct);
            var figures = await RoundAsync(database, ct);
            report.Accepted.Add(figures);
            say(string.Create(CultureInfo.InvariantCulture, $"round {round}: {figures}"));
        }
    }

    private async Task<AcceptFigures> RoundAsync(BenchmarkDatabase database, CancellationToken ct)
    {
        var insert = await InsertAsync(database, ct);
        var spool = System.IO.Directory.CreateTempSubdirectory("wecomsync-spool");
        try
        {
            await using var host = await MeasuredServer.StartAsync(
                options.Host,
                [],
                [
                    ("ConnectionStrings__WeComSync", database.ConnectionString), ("Callbacks__SpoolPath", spool.FullName),
                    // Nobody applies the events here, and those of a full inbox would be left out.
                    ("Callbacks__MostWaiting", "10000000"),
                ],
                ct);
            var idle = host.ResidentMegabytes;
            await using var empty = await StartFloorAsync(FloorHost.Empty, database, ct);
            await using var enqueue = await StartFloorAsync(FloorHost.Enqueue, database, ct);
            Contender[] contenders = [new(host), new(empty), new(enqueue)];
            foreach (var contender in contenders)
            {
                contender.Warm = PerSecond(await LoadAsync(contender.Server, database, rate: 0, WarmSeconds, WarmEvents, ct));
            }

            // In turns, since the machine itself is faster now and slower then.
            for (var turn = 0; turn < Turns; turn++)
            {
                foreach (var contender in contenders)
                {
                    await EmptyInboxAsync(database, ct);
                    var load = await LoadAsync(contender.Server, database, rate: 0, options.Seconds, (int)(contender.Warm * options.Seconds * 1.5), ct);
                    contender.Rates.Add(PerSecond(load));
                }
            }

            var loaded = host.ResidentMegabytes;
            await EmptyInboxAsync(database, ct);
            var (ours, floor, usual) = (contenders[0].Rates.Average(), contenders[1].Rates.Average(), contenders[2].Rates.Average());
            var half = await LoadAsync(host, database, (int)(ours / 2), HalfRateSeconds, (int)(ours / 2) * HalfRateSeconds, ct);
            return new AcceptFigures(floor, insert, usual, ours, half.GetProperty("p99Ms").GetDouble(), host.StartSeconds, idle, loaded);
        }
        finally
        {
            spool.Delete(recursive: true);
        }
    }

    private static Task<MeasuredServer> StartFloorAsync(string floor, BenchmarkDatabase database, CancellationToken ct) => MeasuredServer.StartAsync(
        "WeComSync.Benchmarks.dll", [floor], [(FloorHost.DatabaseVariable, database.ConnectionString)], ct);

    /// <summary>Each load begins with the same.</summary>
    private static async Task EmptyInboxAsync(BenchmarkDatabase database, CancellationToken ct)
    {
        await using var truncate = database.Inner.DataSource.CreateCommand("TRUNCATE control.callback_events");
        await truncate.ExecuteNonQueryAsync(ct);
    }

    private static double PerSecond(JsonElement load) => load.GetProperty("perSecond").GetDouble();

    private async Task<JsonElement> LoadAsync(MeasuredServer host, BenchmarkDatabase database, int rate, int seconds, int events, CancellationToken ct)
    {
        var load = await MeasuredProcess.RunAsync(
            "WeComSync.Simulator.dll",
            [
                "load", "--url", host.Address + database.CallbackPath, "--token", BenchmarkDatabase.Token, "--aes-key", BenchmarkDatabase.EncodingAesKey,
                "--corp", SimulatedCorp.Nobody.CorpId, "--rate", $"{rate}", "--seconds", $"{seconds}", "--count", $"{WarmUp + events}",
                "--connections", $"{options.Connections}", "--warm-up", $"{WarmUp}",
            ],
            [],
            ct);
        return load.Output.GetProperty("sent").GetInt32() == load.Output.GetProperty("acknowledged").GetInt32()
            ? load.Output
            : throw new InvalidOperationException($"Events were refused: {load.Output}");
    }

    /// <summary>One connection that inserts and commits batch after batch, of rows as large as the inbox's.</summary>
    private async Task<double> InsertAsync(BenchmarkDatabase database, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(ct);
        await using (var create = new NpgsqlCommand("CREATE TABLE floor_inbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload bytea)", connection))
        {
            await create.ExecuteNonQueryAsync(ct);
        }

        await using var insert = new NpgsqlCommand("INSERT INTO floor_inbox (payload) SELECT * FROM unnest($1)", connection);
        insert.Parameters.Add(new() { Value = Enumerable.Range(0, RowsInBatch).Select(_ => new byte[600]).ToArray() });
        await insert.PrepareAsync(ct);
        var rows = 0;
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < options.Seconds)
        {
            rows += await insert.ExecuteNonQueryAsync(ct);
        }

        return rows / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <param name="Server">A host under load.</param>
    private sealed record Contender(MeasuredServer Server)
    {
        public double Warm { get; set; }

        /// <summary>Events per second, of each turn.</summary>
        public List<double> Rates { get; } = [];
    }
}
