using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Tests.Serve;

namespace WeComSync.Worker.Tests.Jobs;

/// <summary>Queues syncs by hand and waits for what becomes of them.</summary>
internal static class QueuedJobs
{
    public static string Enqueue(this TestWorker worker, long tenant, DateTimeOffset? instant) =>
        worker.Services.GetRequiredService<IBackgroundJobClient>().EnqueueSync(tenant, SyncKind.Full, instant);

    public static Task AllReachAsync(this TestWorker worker, IReadOnlyCollection<string> jobs, string state) =>
        Eventually.TrueAsync($"{jobs.Count} jobs are {state}", () =>
        {
            using var connection = worker.Services.GetRequiredService<JobStorage>().GetConnection();
            return jobs.All(job => connection.GetJobData(job)?.State == state);
        });
}
