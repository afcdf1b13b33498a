using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Npgsql;
using NpgsqlTypes;
using WeComSync.Benchmarks.Directory;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;

namespace WeComSync.Benchmarks.Callbacks;

/// <summary>How long it takes from a change in the company to its row in the mirror, and how fast a backlog is worked off.</summary>
internal sealed class ApplyBenchmark(CallbackBenchmarkOptions options, CallbackReport report, Action<string> say)
{
    private const int PerSecond = 50;
    private const int JobsMeasured = 3_000;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var simulator = await SimulatorProcess.StartAsync(ct);
        var corp = await simulator.AddCorpAsync(seed: 3, options.People, Math.Max(10, options.People / 33), tags: 10, options.People, ct);
        await using (var database = await MirroredAsync(simulator, corp, ct))
        {
            report.LagMs = await LagAsync(simulator, corp, database, ct);
            say(string.Create(CultureInfo.InvariantCulture, $"lag of {report.LagMs.Count} changes measured"));
        }

        await using (var database = await MirroredAsync(simulator, corp, ct))
        {
            var jobs = await JobPerEventAsync(database, ct);
            var seconds = await DrainAsync(simulator, corp, database, ct);
            report.Drain = new DrainFigures(options.Backlog, seconds, jobs);
            say(string.Create(CultureInfo.InvariantCulture, $"backlog: {seconds:0.0} s; one job per event: {jobs:0} per s"));
        }
    }

    private static async Task<BenchmarkDatabase> MirroredAsync(SimulatorProcess simulator, SimulatedCorp corp, CancellationToken ct)
    {
        var database = await BenchmarkDatabase.CreateAsync(corp, ct);
        await MeasuredProcess.RunAsync("WeComSync.Worker.dll", ["sync", BenchmarkDatabase.TenantKey, "full", "--json"], Settings(simulator, database), ct);
        return database;
    }

    private static (string Name, string? Value)[] Settings(SimulatorProcess simulator, BenchmarkDatabase database) =>
    [
        ("ConnectionStrings__WeComSync", database.ConnectionString), ("WeCom__BaseUrl", simulator.BaseUrl),
        ("DOTNET_ENVIRONMENT", "Development"), ("Logging__LogLevel__Default", "Warning"),
    ];

    /// <summary>Moves people one after the other and watches the change feed.</summary>
    private async Task<IReadOnlyList<double>> LagAsync(SimulatorProcess simulator, SimulatedCorp corp, BenchmarkDatabase database, CancellationToken ct)
    {
        var people = await database.UserIdsBelowRootAsync(PerSecond * (options.LagSeconds + 2), ct);
        var spool = System.IO.Directory.CreateTempSubdirectory("wecomsync-spool");
        await using var callbacks = await MeasuredServer.StartAsync(
            options.Host, [], [("ConnectionStrings__WeComSync", database.ConnectionString), ("Callbacks__SpoolPath", spool.FullName)], ct);
        await using var worker = await MeasuredServer.ServeAsync("WeComSync.Worker.dll", database.ConnectionString, simulator.BaseUrl, ct);
        await simulator.SetCallbacksAsync(corp, callbacks.Address + database.CallbackPath, BenchmarkDatabase.Token, BenchmarkDatabase.EncodingAesKey, ct);

        var changed = new ConcurrentDictionary<string, long>();
        var lags = new List<double>();
        var changing = Task.Run(
            async () =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecond));
                foreach (var person in people)
                {
                    await timer.WaitForNextTickAsync(ct);
                    changed[person] = Stopwatch.GetTimestamp();
                    await simulator.MoveAsync(corp, person, department: 1, ct);
                }
            },
            ct);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(ct);
        await using var read = new NpgsqlCommand(
            """
            SELECT seq, key->>'user_id' FROM mirror.changes
            WHERE tenant_id = 1 AND seq > $1 AND entity = 'user_department' AND op <> 'removed' AND cause LIKE 'event:%' ORDER BY seq
            """, connection);
        var after = new NpgsqlParameter<long> { TypedValue = 0 };
        read.Parameters.Add(after);
        await read.PrepareAsync(ct);
        var started = Stopwatch.GetTimestamp();
        while (lags.Count < people.Count)
        {
            await using (var reader = await read.ExecuteReaderAsync(ct))
            {
                var now = Stopwatch.GetTimestamp();
                while (await reader.ReadAsync(ct))
                {
                    after.TypedValue = reader.GetInt64(0);
                    if (changed.TryRemove(reader.GetString(1), out var at))
                    {
                        lags.Add(Stopwatch.GetElapsedTime(at, now).TotalMilliseconds);
                    }
                }
            }

            if (Stopwatch.GetElapsedTime(started).TotalSeconds > options.LagSeconds * 3 + 60)
            {
                throw new InvalidOperationException($"{people.Count - lags.Count} changes never reached the mirror.");
            }

            await Task.Delay(2, ct);
        }

        await changing;
        spool.Delete(recursive: true);
        // The first ones meet a worker that has not compiled its code yet.
        return lags[(PerSecond * 2)..];
    }

    private async Task<double> DrainAsync(SimulatorProcess simulator, SimulatedCorp corp, BenchmarkDatabase database, CancellationToken ct)
    {
        await StoreBacklogAsync(database, ct);
        await simulator.ChangeOnePercentAsync(corp, seed: 9, ct);
        await using var worker = await MeasuredServer.ServeAsync("WeComSync.Worker.dll", database.ConnectionString, simulator.BaseUrl, ct);
        var started = Stopwatch.GetTimestamp();
        await InboxJobs.QueueAsync(database.Inner.DataSource, [DirectorySource.TenantId], ct);
        await using var left = database.Inner.DataSource.CreateCommand(
            "SELECT count(*) FROM control.callback_events WHERE tenant_id = 1 AND state NOT IN ('applied', 'superseded')");
        while ((long)(await left.ExecuteScalarAsync(ct))! > 0)
        {
            if (Stopwatch.GetElapsedTime(started).TotalMinutes > 20)
            {
                throw new InvalidOperationException("The backlog was not worked off within 20 minutes.");
            }

            await Task.Delay(100, ct);
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Events as the callback host stores them.</summary>
    private async Task StoreBacklogAsync(BenchmarkDatabase database, CancellationToken ct)
    {
        var people = await database.UserIdsBelowRootAsync(options.People, ct);
        var at = DateTimeOffset.UtcNow;
        await using var connection = await database.Inner.DataSource.OpenConnectionAsync(ct);
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY control.callback_events (tenant_id, channel, digest, received_at, create_time, event, change_type, object_key, payload) FROM STDIN (FORMAT BINARY)", ct);
        for (var i = 0; i < options.Backlog; i++)
        {
            var person = people[i % people.Count];
            var xml = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"""
                <xml><ToUserName>{SimulatedCorp.Nobody.CorpId}</ToUserName><FromUserName>sys</FromUserName><CreateTime>{at.ToUnixTimeSeconds()}</CreateTime>
                <MsgType>event</MsgType><Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>{person}</UserID><Position>{i}</Position></xml>
                """));
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(DirectorySource.TenantId, ct);
            await copy.WriteAsync("contacts", ct);
            await copy.WriteAsync(SHA256.HashData(xml), ct);
            await copy.WriteAsync(at.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(at.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync("change_contact", ct);
            await copy.WriteAsync("update_user", ct);
            await copy.WriteAsync(person, ct);
            await copy.WriteAsync(database.Inner.Protector.Protect(DirectorySource.TenantId, SecretFields.CallbackPayload, xml), ct);
        }

        await copy.CompleteAsync(ct);
    }

    /// <summary>The usual way: a job for each event. These do nothing, so a real one is slower.</summary>
    private static async Task<double> JobPerEventAsync(BenchmarkDatabase database, CancellationToken ct)
    {
        var storage = FloorHost.Storage(database.ConnectionString);
        var client = new BackgroundJobClient(storage);
        await Parallel.ForAsync(0, JobsMeasured, ct, (i, _) =>
        {
            client.Enqueue(() => EventJob.Take("event"));
            return ValueTask.CompletedTask;
        });
        var monitor = storage.GetMonitoringApi();
        var started = Stopwatch.GetTimestamp();
        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 20 }, storage))
        {
            while (monitor.SucceededListCount() < JobsMeasured)
            {
                await Task.Delay(20, ct);
            }

            return JobsMeasured / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }
}
