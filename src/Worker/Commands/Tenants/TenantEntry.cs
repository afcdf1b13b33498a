using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary>One tenant as its file wants it. A class, not a record: a record would print its secrets.</summary>
internal sealed class TenantEntry
{
    public required string Key { get; init; }

    public required string Name { get; init; }

    public required string CorpId { get; init; }

    public bool Enabled { get; init; }

    public required string TimeZone { get; init; }

    /// <summary>The channels that the file has a block for.</summary>
    public required IReadOnlyDictionary<Channel, ChannelEntry> Channels { get; init; }

    /// <summary>PEM texts by version.</summary>
    public required IReadOnlyDictionary<int, string> ArchiveKeys { get; init; }

    /// <summary>Quartz cron expressions of the kinds that the file names.</summary>
    public required IReadOnlyDictionary<SyncKind, string> Schedules { get; init; }

    public int MaxRemovedPercent { get; init; }

    public int MaxRemoved { get; init; }
}
