using System.Globalization;
using Npgsql;
using WeComSync.Benchmarks.Directory;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.TestKit;

namespace WeComSync.Benchmarks.Round;

/// <summary>
/// <c>round</c>: one sync of each of many small companies, through one worker's job queue, and how long the last of them waited.
/// </summary>
internal static class RoundCommand
{
    public const string Help = """
        usage: round [--tenants 1000] [--people 100] [--kind full|incremental] [--mirrored] [--goal SECONDS]
          --mirrored   the companies were mirrored before: the round that is measured finds nothing new
        """;

    /// <returns>0; 1 when the goal is missed; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        int tenants = 1000, people = 100, goal = 0;
        var (kind, mirrored) = ("full", false);
        try
        {
            for (var i = 0; i < args.Count; i++)
            {
                switch (args[i])
                {
                    case "--tenants": tenants = Number(args[++i]); break;
                    case "--people": people = Number(args[++i]); break;
                    case "--kind": kind = args[++i]; break;
                    case "--goal": goal = Number(args[++i]); break;
                    case "--mirrored": mirrored = true; break;
                    default: throw new FormatException(Help);
                }
            }
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentOutOfRangeException)
        {
            await Console.Error.WriteLineAsync(Help);
            return 2;
        }

        return await RunAsync(tenants, people, kind, mirrored, goal, CancellationToken.None);
    }

    private static async Task<int> RunAsync(int tenants, int people, string kind, bool mirrored, int goal, CancellationToken ct)
    {
        await using var simulator = await SimulatorProcess.StartAsync(ct);
        var database = new TestDatabase();
        await database.InitializeAsync();
        try
        {
            for (var n = 0; n < tenants; n++)
            {
                var corp = await simulator.AddCorpAsync(n + 10, people, 10, 3, people, ct);
                await BenchmarkDatabase.AddTenantAsync(database, corp.CorpId.ToLowerInvariant(), corp, ct);
            }

            if (mirrored)
            {
                await MeasureAsync(database, simulator, tenants, "full", ct);
            }

            var (seconds, cpu) = await MeasureAsync(database, simulator, tenants, kind, ct);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{tenants} tenants with {people} people, one {kind} round{(mirrored ? " without changes" : "")}: {seconds:0.0} s, worker {cpu:0.0} s of processor time, {cpu * 1000 / tenants:0} ms each"));
            return goal > 0 && seconds > goal ? 1 : 0;
        }
        finally
        {
            await database.DisposeAsync();
        }
    }

    private static async Task<(double Seconds, double Cpu)> MeasureAsync(
        TestDatabase database, SimulatorProcess simulator, int tenants, string kind, CancellationToken ct)
    {
        await SyncQueue.RestSchedulesAsync(database.DataSource, ct);
        var from = await SyncQueue.NowAsync(database.DataSource, ct);
        await SyncQueue.OrderAsync(database.DataSource, EnumText.Parse<SyncKind>(kind), ct);
        await using var worker = await MeasuredServer.ServeAsync("WeComSync.Worker.dll", database.ConnectionString, simulator.BaseUrl, ct);
        await SyncQueue.EndedAsync(database.DataSource, worker, from, tenants, ct);
        var seconds = await ScalarAsync<double>(
            database, "SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8 FROM control.sync_runs WHERE started_at > $1", ct, from);
        return (seconds, worker.CpuSeconds);
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static async Task<T> ScalarAsync<T>(TestDatabase database, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync(ct))!;
    }
}
