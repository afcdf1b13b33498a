using System.Collections.Immutable;

namespace WeComSync.Simulator.Worlds;

/// <summary>What the API reads. Everything returned is a finished array of nodes, written out without the lock.</summary>
public sealed partial class World
{
    private (long Version, DirectoryRow[] Rows) _rowsByPerson = (-1, []);
    private (long Version, DirectoryRow[] Rows) _rowsByDepartment = (-1, []);

    internal Visibility Resolve(VisibleRange range)
    {
        lock (_gate)
        {
            var roots = range.Departments.ToHashSet();
            var people = new HashSet<PersonNode>();
            foreach (var userId in range.Users)
                if (_peopleById.TryGetValue(userId, out var node))
                    people.Add(node);
            foreach (var tagId in range.Tags)
            {
                if (!_tags.TryGetValue(tagId, out var tag))
                    continue;
                people.UnionWith(tag.People);
                roots.UnionWith(tag.Departments);
            }
            if (roots.Contains(Department.RootId))
                return Visibility.Everything;
            var departments = new HashSet<long>();
            foreach (var id in roots)
                if (_departments.TryGetValue(id, out var root))
                    departments.UnionWith(root.SelfAndBelow().Select(node => node.Current.Id));
            return Visibility.Of(departments, people);
        }
    }

    internal PersonNode? FindNode(string userId)
    {
        lock (_gate)
            return _peopleById.GetValueOrDefault(userId);
    }

    /// <summary>Null: no such department.</summary>
    internal PersonNode[]? MembersOf(long departmentId)
    {
        lock (_gate)
            return _departments.GetValueOrDefault(departmentId)?.Members;
    }

    /// <summary>Everybody in the department and below, each once. Null: no such department.</summary>
    internal PersonNode[]? MembersBelow(long departmentId)
    {
        lock (_gate)
        {
            if (departmentId == Department.RootId)
                return [.. _people];
            if (!_departments.TryGetValue(departmentId, out var root))
                return null;
            var people = new HashSet<PersonNode>();
            foreach (var node in root.SelfAndBelow())
                people.UnionWith(node.Members);
            return [.. people];
        }
    }

    internal DepartmentRow? FindDepartmentRow(long id)
    {
        lock (_gate)
            return _departments.TryGetValue(id, out var node) ? new DepartmentRow(node.Current, node.Leaders) : null;
    }

    /// <summary>All departments, or one and all below it, never parents first. Null: no such department.</summary>
    internal DepartmentRow[]? DepartmentRows(long? root)
    {
        lock (_gate)
        {
            if (root is not { } id || id == Department.RootId)
                return [.. _departmentOrder.Select(node => new DepartmentRow(node.Current, node.Leaders))];
            return _departments.TryGetValue(id, out var top)
                ? [.. top.SelfAndBelow().Reverse().Select(node => new DepartmentRow(node.Current, node.Leaders))]
                : null;
        }
    }

    internal TagRow[] TagRows()
    {
        lock (_gate)
            return [.. _tags.Values.Select(Row)];
    }

    internal TagRow? FindTagRow(int id)
    {
        lock (_gate)
            return _tags.TryGetValue(id, out var tag) ? Row(tag) : null;
    }

    /// <summary>Every membership of the company as it is now.</summary>
    internal DirectoryRow[] Rows(bool byDepartment)
    {
        lock (_gate)
        {
            ref var cached = ref byDepartment ? ref _rowsByDepartment : ref _rowsByPerson;
            if (cached.Version != _version)
                cached = (_version, byDepartment ? RowsByDepartment() : RowsByPerson());
            return cached.Rows;
        }
    }

    private DirectoryRow[] RowsByPerson() =>
        [.. _people.SelectMany(node => node.Current!.Memberships, (node, membership) => new DirectoryRow(node, membership.DepartmentId))];

    private DirectoryRow[] RowsByDepartment() =>
        [.. _departmentOrder.SelectMany(node => node.Members, (node, person) => new DirectoryRow(person, node.Current.Id))];

    private static TagRow Row(TagNode tag) => new(tag.Id, tag.Name, [.. tag.People], [.. tag.Departments]);
}

internal sealed record DepartmentRow(Department Department, PersonNode[] Leaders);

internal sealed record TagRow(int Id, string Name, PersonNode[] People, ImmutableArray<long> Departments);

internal readonly record struct DirectoryRow(PersonNode Person, long DepartmentId);
