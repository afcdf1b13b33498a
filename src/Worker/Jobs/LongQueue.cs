using Hangfire.Common;
using Hangfire.States;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Jobs;

/// <summary>Puts syncs that may take long into their own queue, whoever queued them: a trigger, a retry, a person on the dashboard.</summary>
internal sealed class LongQueue : JobFilterAttribute, IElectStateFilter
{
    private static readonly string Incremental = EnumText.Of(SyncKind.Incremental);

    /// <summary>After the attribute of the job, which names one queue for all.</summary>
    public LongQueue() => Order = 100;

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is EnqueuedState enqueued
            && context.BackgroundJob.Job is { } job && job.Type == typeof(ISyncJob)
            && job.Args is [_, string kind, ..] && kind != Incremental)
        {
            enqueued.Queue = ISyncJob.LongQueue;
        }
    }
}
