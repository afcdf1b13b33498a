using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;

namespace WeComSync.Benchmarks.Directory;

/// <summary>Counts the SQL statements of a sync: the worker's own services in this process, with an ear on Npgsql.</summary>
internal static class StatementCount
{
    /// <summary>Signs of life, and looks at WeCom's limits that all processes share: they come by the second, not by what is read.</summary>
    private static readonly string[] ByTime =
        ["SET heartbeat_at = now(), phase", "control.lease_calls", "FROM control.call_limits", "SELECT clock_timestamp()"];

    public static async Task<int> RunAsync(BenchmarkDatabase database, string weCom, SyncKind kind, CancellationToken ct)
    {
        var statements = 0;
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            // Whatever else this process does has databases of its own.
            ActivityStopped = activity => Interlocked.Add(ref statements, activity.GetTagItem("db.namespace") as string == name ? Statements(activity) : 0),
        };
        ActivitySource.AddActivityListener(listener);
        using var worker = SyncHarness.BuildWorker(database.Inner, weCom);
        var report = await worker.Services.GetRequiredService<SyncRunner>().RunAsync(
            DirectorySource.TenantId, kind, new SyncRequest { Trigger = SyncTrigger.Command }, ct);
        return report.State == RunState.Done ? statements : throw new InvalidOperationException($"The run ended {report.State}: {report.Error}");
    }

    private static int Statements(Activity activity)
    {
        var text = activity.GetTagItem("db.query.text") as string ?? activity.GetTagItem("db.statement") as string;
        return text is null || ByTime.Any(sql => text.Contains(sql, StringComparison.Ordinal))
            ? 0
            : text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
    }
}
