namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// The departments one credential may see, as a forest: a parent may be outside the list, and a cycle in odd data is cut open.
/// </summary>
internal sealed class DepartmentTree
{
    private readonly Dictionary<long, List<long>> children = [];
    private readonly HashSet<long> ids;

    /// <param name="departments">Id and parent of each; the order does not matter.</param>
    public DepartmentTree(IEnumerable<(long Id, long? ParentId)> departments)
    {
        var parents = new Dictionary<long, long?>();
        foreach (var (id, parentId) in departments)
        {
            parents[id] = parentId;
        }

        ids = [.. parents.Keys];
        var roots = new List<long>();
        foreach (var (id, parentId) in parents)
        {
            if (parentId is { } parent && parent != id && parents.ContainsKey(parent))
            {
                (children.TryGetValue(parent, out var siblings) ? siblings : children[parent] = []).Add(id);
            }
            else
            {
                roots.Add(id);
            }
        }

        // What no root reaches lies on a cycle or below one: its first department stands as a root and is nobody's child, so that
        // nobody is dropped and every way down ends.
        var reached = new HashSet<long>(roots.SelectMany(Below));
        foreach (var id in parents.Keys.Order().Where(id => !reached.Contains(id)))
        {
            if (reached.Contains(id))
            {
                continue;
            }

            Cyclic.Add(id);
            children[parents[id]!.Value].Remove(id);
            roots.Add(id);
            reached.UnionWith(Below(id));
        }

        Roots = roots;
    }

    public IReadOnlyList<long> Roots { get; }

    /// <summary>One department of each cycle.</summary>
    public List<long> Cyclic { get; } = [];

    public IReadOnlyCollection<long> Ids => ids;

    public bool Contains(long id) => ids.Contains(id);

    public IReadOnlyList<long> ChildrenOf(long id) => children.TryGetValue(id, out var found) ? found : [];

    /// <summary>All departments, each subtree together.</summary>
    public IEnumerable<long> InOrder() => Roots.SelectMany(Below);

    /// <summary>The department and everything below it, each once.</summary>
    public IEnumerable<long> Below(long id)
    {
        var seen = new HashSet<long> { id };
        var open = new Stack<long>([id]);
        while (open.TryPop(out var current))
        {
            yield return current;
            foreach (var child in ChildrenOf(current).Where(seen.Add))
            {
                open.Push(child);
            }
        }
    }
}
