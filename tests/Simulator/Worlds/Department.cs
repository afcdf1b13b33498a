namespace WeComSync.Simulator.Worlds;

/// <summary>One department (部门). Its leaders are the members whose <see cref="Membership.IsLeader"/> is set.</summary>
public sealed record Department
{
    /// <summary>The company itself, the root of every tree.</summary>
    public const long RootId = 1;

    /// <summary>1 to 2³²−1: real tenants have ids above 2³¹.</summary>
    public required long Id { get; init; }
    /// <summary>0 for the root.</summary>
    public long ParentId { get; init; } = RootId;
    public required string Name { get; init; }
    public string NameEn { get; init; } = "";
    /// <summary>0 to 2³²−1 among siblings; larger comes first.</summary>
    public long Order { get; init; }
}
