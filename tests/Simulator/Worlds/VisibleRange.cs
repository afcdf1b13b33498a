using System.Collections.Immutable;

namespace WeComSync.Simulator.Worlds;

/// <summary>What an administrator ticked as an application's visible range (可见范围): people, whole subtrees, tags.</summary>
public sealed record VisibleRange(ImmutableArray<string> Users, ImmutableArray<long> Departments, ImmutableArray<int> Tags)
{
    public static VisibleRange WholeCompany { get; } = OfDepartments(Department.RootId);

    public static VisibleRange Nothing { get; } = OfDepartments();

    public static VisibleRange OfDepartments(params long[] ids) => new([], [.. ids], []);
}
