using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Tenants;

/// <summary>One tenant as its file wants it. A class, not a record: a record would print its secrets.</summary>
internal sealed class TenantEntry
{
    public required string Key { get; init; }

    public required string Name { get; set; }

    public required string CorpId { get; set; }

    public bool Enabled { get; set; }

    /// <summary>The administrators' switch, which files do not have; null leaves it.</summary>
    public bool? SwitchedOn { get; set; }

    public required string TimeZone { get; set; }

    /// <summary>The channels that the file has a block for.</summary>
    public required Dictionary<Channel, ChannelEntry> Channels { get; init; }

    /// <summary>PEM texts by version.</summary>
    public required Dictionary<int, string> ArchiveKeys { get; init; }

    /// <summary>Quartz cron expressions of the kinds that the file names.</summary>
    public required IReadOnlyDictionary<SyncKind, string> Schedules { get; init; }

    public int MaxRemovedPercent { get; set; }

    public int MaxRemoved { get; set; }
}
