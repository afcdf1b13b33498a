using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

// There may be a million of these, so what nobody changed is not kept but made up again from the number whenever it is asked for.

/// <summary>A customer's fixed place in the indexes.</summary>
internal sealed class CustomerNode(int index)
{
    private volatile Customer? _kept;

    public int Index { get; } = index;

    /// <summary>Null: as made up.</summary>
    public Customer? Kept
    {
        get => _kept;
        set => _kept = value;
    }

    /// <summary>The latest of the chain of relations, ended ones too. Touched only under the lock.</summary>
    public FollowNode? Latest { get; set; }
}

/// <summary>One relation's fixed place.</summary>
internal sealed class FollowNode(MemberNode member, CustomerNode customer, int index)
{
    private volatile Follow? _kept;
    private volatile FollowTimes? _times;

    public MemberNode Member { get; } = member;
    public CustomerNode Customer { get; } = customer;

    /// <summary>Unique in the company.</summary>
    public int Index { get; } = index;

    /// <summary>The customer's relation before this one.</summary>
    public FollowNode? Earlier { get; set; }

    /// <summary>Null: as made up.</summary>
    public Follow? Kept
    {
        get => _kept;
        set => _kept = value;
    }

    /// <summary>Null: it has always been there.</summary>
    public FollowTimes? Times
    {
        get => _times;
        set => _times = value;
    }

    public bool IsEnded => _times?.EndedAt is not null;
}

internal sealed record FollowTimes(DateTimeOffset BegunAt, DateTimeOffset? EndedAt = null);

/// <summary>A member with his customers. The array is replaced as a whole, so readers need no lock.</summary>
internal sealed class MemberNode(PersonNode person)
{
    private volatile FollowNode[] _follows = [];

    public PersonNode Person { get; } = person;

    public FollowNode[] Follows
    {
        get => _follows;
        set => _follows = value;
    }
}
