using Hangfire.Common;
using Hangfire.Server;
using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Jobs;

/// <summary>
/// Parks a job whose process died under it again and again. Hangfire counts exceptions, but nothing is written when a process is
/// killed, so such a job would come back for ever.
/// </summary>
internal sealed class ParkAfterCrashes : JobFilterAttribute, IServerFilter
{
    private const int Limit = 3;
    private const string Parameter = "Crashes";

    /// <summary>Counts before the work: if nobody takes it back, the process died.</summary>
    public void OnPerforming(PerformingContext context)
    {
        var crashes = context.GetJobParameter<int>(Parameter);
        if (crashes >= Limit)
        {
            context.SetJobParameter(Parameter, 0); // whoever requeues it means it
            throw new JobParkedException(
                $"The process that ran this job died {crashes} times, so it is parked. Find the cause in the logs, then press Requeue.");
        }

        context.SetJobParameter(Parameter, crashes + 1);
    }

    public void OnPerformed(PerformedContext context) => context.SetJobParameter(Parameter, 0);
}
