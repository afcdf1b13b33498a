using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Runs;

/// <summary>How the newest sync stands.</summary>
/// <param name="Run">The newest run; null if there was none.</param>
/// <param name="Queued">Another was asked for and has not begun.</param>
/// <param name="Enterprise">Whose.</param>
internal sealed record SyncProgressPart(SyncRun? Run, bool Queued, Tenant Enterprise)
{
    public DateTimeOffset Now { get; init; }

    /// <summary>What became of a sync that was asked for and has not begun; null if there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>Nothing more will change by itself.</summary>
    public bool Ended => !Queued && Run is not { State: RunState.Running };

    /// <summary>How long reading will take yet, as far as one can say; null if one cannot.</summary>
    public TimeSpan? Left =>
        Run is { State: RunState.Running, Phase: "details", Expected: > 0, Read: > 0 } run && run.Expected > run.Read
            ? (Now - run.StartedAt) * ((double)(run.Expected - run.Read) / run.Read)
            : null;
}
