namespace WeComSync.Worker.Sync;

/// <summary>What one run found of one kind that no event and no earlier run had brought: the quiet measure of whether callbacks work.</summary>
/// <param name="Created">Rows that were new.</param>
/// <param name="Changed">Rows that differed.</param>
/// <param name="Restored">Rows that were back.</param>
/// <param name="Renamed">People with another id.</param>
/// <param name="Removed">Rows that were gone.</param>
/// <param name="Held">Removals that wait for a person.</param>
/// <param name="Fields">Of the changed: how many in which column. For names, positions and states no event exists.</param>
internal sealed record KindDrift(int Created, int Changed, int Restored, int Renamed, int Removed, int Held, IReadOnlyDictionary<string, long> Fields);
