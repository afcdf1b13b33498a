using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;

namespace WeComSync.Benchmarks.Directory;

/// <summary>Counts the SQL statements of a sync: the worker's own services in this process, with an ear on Npgsql.</summary>
internal static class StatementCount
{
    /// <summary>Depends on how long a run takes, not on what it reads.</summary>
    private const string Heartbeat = "SET heartbeat_at = now(), phase";

    public static async Task<int> RunAsync(BenchmarkDatabase database, string weCom, CancellationToken ct)
    {
        var statements = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => Interlocked.Add(ref statements, Statements(activity)),
        };
        ActivitySource.AddActivityListener(listener);
        using var worker = SyncHarness.BuildWorker(database.Inner, weCom);
        var report = await worker.Services.GetRequiredService<SyncRunner>().RunAsync(
            DirectorySource.TenantId, SyncKind.Full, new SyncRequest { Trigger = SyncTrigger.Command }, ct);
        return report.State == RunState.Done ? statements : throw new InvalidOperationException($"The run ended {report.State}: {report.Error}");
    }

    private static int Statements(Activity activity)
    {
        var text = activity.GetTagItem("db.query.text") as string ?? activity.GetTagItem("db.statement") as string;
        return text is null || text.Contains(Heartbeat, StringComparison.Ordinal)
            ? 0
            : text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
    }
}
