using Hangfire.Common;
using Hangfire.States;
using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Jobs;

/// <summary>
/// A sync that met another one of its tenant comes again a little later, without counting as a failure. It ends by itself: a scheduled one
/// is dropped by its job once its successor is due, one that a person asked for when <see cref="LongestAsked"/> is over, and one of an object
/// that we wrote when it had its turn.
/// </summary>
internal sealed class DeferBusySync(TimeProvider clock) : JobFilterAttribute, IElectStateFilter
{
    /// <summary>How long a sync that a person asked for waits to begin. The page says so too.</summary>
    public static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan AskedPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public void OnStateElection(ElectStateContext context)
    {
        var job = context.BackgroundJob.Job;
        if (context.CandidateState is not SucceededState { Result: SyncJob.Busy })
        {
            return;
        }

        var age = clock.GetUtcNow() - new DateTimeOffset(context.BackgroundJob.CreatedAt, TimeSpan.Zero);
        if (job.Type == typeof(ISyncJob) && job.Args is [_, _, DateTimeOffset, ..])
        {
            Defer(TimeSpan.FromTicks(Math.Clamp(age.Ticks, Shortest.Ticks, Longest.Ticks)));
        }
        else if (job.Type == typeof(IObjectSyncJob))
        {
            Defer(TimeSpan.FromTicks(Math.Clamp(age.Ticks, AskedPause.Ticks, Longest.Ticks)));
        }
        else if ((job.Type == typeof(ISyncJob) || job.Type == typeof(IPreviewJob)) && age < LongestAsked)
        {
            Defer(AskedPause);
        }

        void Defer(TimeSpan pause) => context.CandidateState = new ScheduledState(pause) { Reason = SyncJob.Busy };
    }
}
