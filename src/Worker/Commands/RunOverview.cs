using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Commands;

/// <summary>A run with its counts.</summary>
internal sealed record RunOverview(
    long Run, SyncKind Kind, RunState State, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, RunCounts Counts, string? Error, string? Action)
{
    public static RunOverview Of(SyncRun run) => new(
        run.Id,
        run.Kind,
        run.State,
        run.StartedAt,
        run.FinishedAt,
        new(run.Read, run.Created, run.Changed, run.Unchanged, run.Removed, run.Restored, run.Renamed, run.Held, run.Failed, run.ApiCalls),
        run.Error,
        run.Action);
}

/// <summary>What a run read and did, over all kinds of rows.</summary>
internal sealed record RunCounts(
    int Read, int Created, int Changed, int Unchanged, int Removed, int Restored, int Renamed, int Held, int Failed, int ApiCalls);
