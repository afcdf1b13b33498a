namespace WeComSync.Worker.Sync;

/// <summary>Decides whether a run may remove rows without a person's word.</summary>
/// <param name="MaxRemoved">Rows of one kind.</param>
/// <param name="MaxRemovedPercent">Share of the kind's live rows.</param>
internal sealed record RemovalGuard(int MaxRemoved, int MaxRemovedPercent)
{
    /// <summary>Below this many rows a percentage says nothing: one of five people is 20 %.</summary>
    public const int MinimumPopulation = 20;

    /// <summary>Whether a person is asked in any case: WeCom returned not a single row, which may be true, or a permission that was lost.</summary>
    public bool AsksAlways { get; init; }

    /// <param name="removals">How many rows the run would remove.</param>
    /// <param name="live">How many rows of the kind are live before it.</param>
    public bool Allows(long removals, long live) =>
        !AsksAlways && removals <= MaxRemoved && (live < MinimumPopulation || removals * 100 <= live * MaxRemovedPercent);
}
