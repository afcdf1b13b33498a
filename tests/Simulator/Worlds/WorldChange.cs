using System.Collections.Immutable;

namespace WeComSync.Simulator.Worlds;

/// <summary>Something that happened in the company. Callbacks are made from these.</summary>
public abstract record WorldChange
{
    public DateTimeOffset At { get; init; }

    /// <summary>Asked for through the API with the contact-sync secret, which is told nothing of it.</summary>
    public bool IsByContactSync { get; init; }
}

public sealed record PersonHired(Person Person) : WorldChange;

/// <summary>Any field but the userid.</summary>
public sealed record PersonChanged(Person Before, Person After) : WorldChange;

public sealed record UserIdChanged(Person Before, Person After) : WorldChange;

public sealed record PersonLeft(Person Person) : WorldChange;

public sealed record DepartmentAdded(Department Department) : WorldChange;

public sealed record DepartmentChanged(Department Before, Department After) : WorldChange;

public sealed record DepartmentDeleted(Department Department) : WorldChange;

public sealed record TagAdded(int TagId, string Name) : WorldChange;

public sealed record TagRenamed(int TagId, string Name) : WorldChange;

public sealed record TagDeleted(int TagId) : WorldChange;

/// <summary>Only what really changed is listed.</summary>
public sealed record TagMembersChanged(
    int TagId,
    ImmutableArray<string> AddedUsers,
    ImmutableArray<string> RemovedUsers,
    ImmutableArray<long> AddedDepartments,
    ImmutableArray<long> RemovedDepartments) : WorldChange;
