using Hangfire.Common;
using Hangfire.States;
using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Jobs;

/// <summary>
/// A scheduled sync that met another one of its tenant comes again a little later, without counting as a failure. It ends by itself:
/// once its successor is due the job drops it.
/// </summary>
internal sealed class DeferBusySync(TimeProvider clock) : JobFilterAttribute, IElectStateFilter
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public void OnStateElection(ElectStateContext context)
    {
        var job = context.BackgroundJob.Job;
        if (job.Type == typeof(ISyncJob)
            && context.CandidateState is SucceededState { Result: SyncJob.Busy }
            && job.Args is [_, _, DateTimeOffset, ..])
        {
            var age = clock.GetUtcNow() - new DateTimeOffset(context.BackgroundJob.CreatedAt, TimeSpan.Zero);
            context.CandidateState = new ScheduledState(TimeSpan.FromTicks(Math.Clamp(age.Ticks, Shortest.Ticks, Longest.Ticks)))
            {
                Reason = SyncJob.Busy,
            };
        }
    }
}
