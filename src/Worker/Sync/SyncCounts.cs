using System.Text.Json.Serialization;

namespace WeComSync.Worker.Sync;

/// <summary>What a run did to one kind of row.</summary>
internal sealed record KindCounts
{
    /// <summary>Rows that WeCom returned.</summary>
    public int Read { get; init; }

    public int Created { get; init; }

    public int Changed { get; init; }

    public int Restored { get; init; }

    public int Renamed { get; init; }

    public int Removed { get; init; }

    /// <summary>Rows that were removed because what they belong to was: told in the feed, and counted there alone.</summary>
    public int RemovedAlong { get; init; }

    /// <summary>Removals that wait for a person.</summary>
    public int Held { get; init; }

    public int Failed { get; init; }

    /// <summary>Removals that the guard let through by itself: what counts towards its limit for a day.</summary>
    public int Guarded { get; init; }

    /// <summary>Rows that WeCom returned and that the mirror already had like that.</summary>
    public int Unchanged => Math.Max(0, Read - Created - Changed - Restored - Renamed);

    /// <summary>Entries of the change feed.</summary>
    [JsonIgnore]
    public int Changes => Created + Changed + Restored + Renamed + Removed + RemovedAlong;

    public static KindCounts operator +(KindCounts a, KindCounts b) => new()
    {
        Read = a.Read + b.Read,
        Created = a.Created + b.Created,
        Changed = a.Changed + b.Changed,
        Restored = a.Restored + b.Restored,
        Renamed = a.Renamed + b.Renamed,
        Removed = a.Removed + b.Removed,
        RemovedAlong = a.RemovedAlong + b.RemovedAlong,
        Held = a.Held + b.Held,
        Failed = a.Failed + b.Failed,
        Guarded = a.Guarded + b.Guarded,
    };
}
