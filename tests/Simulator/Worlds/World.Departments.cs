namespace WeComSync.Simulator.Worlds;

public sealed partial class World
{
    private const int MaxLevels = 15;

    // Neither by age nor by id nor by level, since WeCom's lists are not parents first either.
    private readonly List<DepartmentNode> _departmentOrder = [];

    /// <summary>All departments, in the order in which WeCom lists them: not parents first.</summary>
    public IReadOnlyList<Department> Departments
    {
        get
        {
            lock (_gate)
                return [.. _departmentOrder.Select(node => node.Current)];
        }
    }

    public Department? FindDepartment(long id)
    {
        lock (_gate)
            return _departments.GetValueOrDefault(id)?.Current;
    }

    /// <param name="id">Null: one above the largest so far that fits 31 bits.</param>
    public Department AddDepartment(string name, long parentId = Department.RootId, long? id = null, long order = 0)
    {
        lock (_gate)
        {
            var parent = Parent(parentId);
            var newId = id ?? _departments.Keys.Where(known => known < int.MaxValue).Max() + 1;
            if (_departments.ContainsKey(newId) || parent.Children.Any(child => child.Current.Name == name))
                throw new WorldRuleException(60008, $"Department {newId} '{name}' exists already.");
            if (Level(parent) >= MaxLevels)
                throw new WorldRuleException(81002, $"Below {parentId} there would be more than {MaxLevels} levels.");
            var department = new Department { Id = newId, ParentId = parentId, Name = name, Order = order };
            Place(new DepartmentNode(department), parent);
            Publish(new DepartmentAdded(department));
            return department;
        }
    }

    /// <summary>Changes any field but the id; a new <see cref="Department.ParentId"/> moves the whole subtree.</summary>
    public Department UpdateDepartment(long id, Func<Department, Department> change)
    {
        lock (_gate)
        {
            var node = Existing(id);
            var before = node.Current;
            var after = change(before) with { Id = id };
            if (after == before)
                return before;
            if (after.ParentId != before.ParentId)
                Reparent(node, after.ParentId);
            node.Current = after;
            Publish(new DepartmentChanged(before, after));
            return after;
        }
    }

    public Department RenameDepartment(long id, string name) => UpdateDepartment(id, department => department with { Name = name });

    public Department MoveDepartment(long id, long parentId) => UpdateDepartment(id, department => department with { ParentId = parentId });

    /// <summary>Only an empty department without children can be deleted.</summary>
    public void DeleteDepartment(long id)
    {
        lock (_gate)
        {
            var node = Existing(id);
            if (node.Parent is null)
                throw new WorldRuleException(60007, "The root cannot be deleted.");
            if (node.Children.Count > 0)
                throw new WorldRuleException(60006, $"Department {id} has children.");
            if (node.MemberCount > 0)
                throw new WorldRuleException(60005, $"Department {id} has members.");
            node.Parent.Children.Remove(node);
            _departments.Remove(id);
            _departmentOrder.Remove(node);
            foreach (var tag in _tags.Values)
                tag.Departments.Remove(id);
            Publish(new DepartmentDeleted(node.Current));
        }
    }

    private void Place(DepartmentNode node, DepartmentNode? parent)
    {
        node.Parent = parent;
        parent?.Children.Add(node);
        _departments.Add(node.Current.Id, node);
        var place = unchecked((ulong)node.Current.Id * 11_400_714_819_323_198_485) % (ulong)(_departmentOrder.Count + 1);
        _departmentOrder.Insert((int)place, node);
    }

    private void Reparent(DepartmentNode node, long parentId)
    {
        if (node.Parent is null)
            throw new WorldRuleException(60124, "The root cannot be moved.");
        var parent = Parent(parentId);
        if (node.SelfAndBelow().Contains(parent))
            throw new WorldRuleException(60010, $"Department {node.Current.Id} cannot be put below itself.");
        node.Parent.Children.Remove(node);
        node.Parent = parent;
        parent.Children.Add(node);
    }

    private DepartmentNode Existing(long id) =>
        _departments.GetValueOrDefault(id) ?? throw new WorldRuleException(60003, $"There is no department {id}.");

    private DepartmentNode Parent(long id) =>
        _departments.GetValueOrDefault(id) ?? throw new WorldRuleException(60004, $"There is no parent department {id}.");

    private static int Level(DepartmentNode node)
    {
        var level = 1;
        for (var above = node.Parent; above is not null; above = above.Parent)
            level++;
        return level;
    }
}
