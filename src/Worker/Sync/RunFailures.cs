using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync;

/// <summary>How a run ends that could not do its work, and what a person must do about it.</summary>
internal static class RunFailures
{
    /// <returns>Null for what is a bug of ours: it goes up with its stack.</returns>
    public static SyncReport? ReportOf(Exception failure, RunSession session, CancellationToken ct)
    {
        SyncReport With(RunState state, string error, string? action) =>
            new() { RunId = session.Run.Id, State = state, Error = error, Action = action };

        return failure switch
        {
            WeComException { Class: WeComErrorClass.StopTenant or WeComErrorClass.StopFeature or WeComErrorClass.SkipRow } stop =>
                With(RunState.Stopped, stop.Message, stop.Action),
            WeComException other => With(RunState.Failed, other.Message, other.Action),
            IActionable actionable => With(RunState.Failed, failure.Message, actionable.Action),
            RunSupersededException => With(RunState.Failed, failure.Message, "Nothing: the newer run goes on."),
            OperationCanceledException when session.CancelRequested =>
                With(RunState.Cancelled, SyncTexts.CancelledByPerson.With(session.Run.Phase, Left(session.Run)), $"Nothing: the next run {Next(session.Run)}."),
            OperationCanceledException when session.Superseded => With(RunState.Failed, new RunSupersededException().Message, "Nothing."),
            OperationCanceledException when ct.IsCancellationRequested =>
                With(RunState.Cancelled, SyncTexts.Stopped.With(session.Run.Phase, Left(session.Run)), $"Nothing: the next run {Next(session.Run)}."),
            NpgsqlException lost => With(RunState.Failed, SyncTexts.DatabaseFailed.With(session.Run.Phase, lost.Message),
                $"Check the database; the next run {Next(session.Run)}, nothing was half-written."),
            _ => null,
        };
    }

    private static string Left(SyncRun run) => (run.Part == MirrorPart.Customers ? SyncTexts.MergedStays : SyncTexts.NothingWritten).With();

    private static string Next(SyncRun run) => run.Part == MirrorPart.Customers ? "goes on from there" : "starts anew";
}
