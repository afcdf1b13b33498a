namespace WeComSync.Worker.Sync;

/// <summary>One object, or one whole kind (<see cref="Key"/> null), that a run left as it was, and why.</summary>
internal sealed record RowError(string Entity, string? Key, int? Code, string Message);
