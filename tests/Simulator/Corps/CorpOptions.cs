using System.Collections.Immutable;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Corps;

/// <summary>A company to be made up.</summary>
public sealed record CorpOptions
{
    public string Name { get; init; } = "示例科技";

    /// <summary>The same seed and sizes give the same world, ids and secrets.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Up to 200,000.</summary>
    public int People { get; init; }

    /// <summary>With the root; at least 1.</summary>
    public int Departments { get; init; } = 1;

    public int Tags { get; init; }

    /// <summary>Share of people who are in more than one department.</summary>
    public double SeveralDepartmentsShare { get; init; } = 0.08;

    /// <summary>Null: made from the seed. Must be unique in the host.</summary>
    public string? CorpId { get; init; }

    public long AgentId { get; init; } = 1000002;

    /// <summary>Created after 2022-06-20: the application does not see mobile, e-mail, avatar and the like.</summary>
    public bool AppIsNew { get; init; } = true;

    public VisibleRange AppRange { get; init; } = VisibleRange.WholeCompany;

    /// <summary>The application's trusted IPs; null: not configured, everybody may call.</summary>
    public ImmutableArray<string>? TrustedIps { get; init; }

    public ContactSyncIp ContactSyncIp { get; init; } = ContactSyncIp.New;

    public CustomerOptions Customers { get; init; } = new();

    public CorpSettings Settings { get; init; } = new();
}
