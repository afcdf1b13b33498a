namespace WeComSync.Worker.Sync.Directory;

/// <summary>One call of <c>user/list</c>.</summary>
/// <param name="DepartmentId">Where.</param>
/// <param name="WithSubtree">Whether to ask for everybody below too (<c>fetch_child=1</c>).</param>
/// <param name="People">How many people it should return; null if nothing is known.</param>
internal sealed record ListCall(long DepartmentId, bool WithSubtree, int? People);

/// <summary>Plans the fewest <c>user/list</c> calls that return everybody wanted.</summary>
/// <param name="tree">The departments that the credential may see.</param>
/// <param name="people">People wanted in each department; null when no id list says so.</param>
internal sealed class DetailPlan(DepartmentTree tree, IReadOnlyDictionary<long, int>? people)
{
    /// <summary>Calls for the whole forest.</summary>
    /// <param name="subtrees">Whether WeCom may honour <c>fetch_child</c> here.</param>
    /// <param name="tooLarge">A subtree of so many people was refused with 45029 before; null if none was.</param>
    public IReadOnlyList<ListCall> Everybody(bool subtrees, int? tooLarge)
    {
        var one = tree.Ids.Where(Wanted).Select(id => new ListCall(id, WithSubtree: false, Direct(id))).ToList();
        if (!subtrees)
        {
            return one;
        }

        var all = tree.Roots.SelectMany(root => Subtree(root, tooLarge)).ToList();
        return all.Count < one.Count ? all : one;
    }

    /// <summary>A department and all below.</summary>
    public IEnumerable<long> Below(long id) => tree.Below(id);

    /// <summary>Calls for some departments; a whole subtree in one call where everybody in it is wanted.</summary>
    /// <param name="chosen">The departments.</param>
    /// <param name="subtrees">Whether WeCom may honour <c>fetch_child</c> here.</param>
    /// <param name="tooLarge">A subtree of so many people was refused with 45029 before; null if none was.</param>
    public IReadOnlyList<ListCall> Of(IReadOnlySet<long> chosen, bool subtrees, int? tooLarge)
    {
        if (!subtrees)
        {
            return [.. tree.Ids.Where(id => chosen.Contains(id) && Wanted(id)).Select(id => new ListCall(id, WithSubtree: false, Direct(id)))];
        }

        var calls = new List<ListCall>();
        var seen = new HashSet<long>();
        var open = new Stack<long>(tree.Roots);
        while (open.TryPop(out var id))
        {
            if (!seen.Add(id))
            {
                continue;
            }

            var below = tree.Below(id).ToList();
            if (below.TrueForAll(b => chosen.Contains(b) || !Wanted(b)))
            {
                calls.AddRange(Subtree(id, tooLarge));
                seen.UnionWith(below);
                continue;
            }

            if (chosen.Contains(id) && Wanted(id))
            {
                calls.Add(new ListCall(id, WithSubtree: false, Direct(id)));
            }

            foreach (var child in tree.ChildrenOf(id))
            {
                open.Push(child);
            }
        }

        return calls;
    }

    /// <summary>What to ask instead of a subtree that was too large.</summary>
    public IReadOnlyList<ListCall> Split(ListCall call, int? tooLarge)
    {
        var parts = tree.ChildrenOf(call.DepartmentId).SelectMany(child => Subtree(child, tooLarge)).ToList();
        if (Wanted(call.DepartmentId))
        {
            parts.Add(new ListCall(call.DepartmentId, WithSubtree: false, Direct(call.DepartmentId)));
        }

        return parts;
    }

    private IEnumerable<ListCall> Subtree(long root, int? tooLarge)
    {
        // A loop, not a recursion: odd data may be as deep as it has departments.
        var open = new Stack<long>([root]);
        while (open.TryPop(out var top))
        {
            var wanted = tree.Below(top).Where(Wanted).ToList();
            if (wanted.Count == 0)
            {
                continue;
            }

            if (wanted is [var only])
            {
                yield return new ListCall(only, WithSubtree: false, Direct(only));
                continue;
            }

            // A person in two departments counts twice: an estimate from above, which errs on the side of smaller answers.
            int? size = people is null ? null : wanted.Sum(id => people[id]);
            if (!(size >= tooLarge))
            {
                yield return new ListCall(top, WithSubtree: true, size);
                continue;
            }

            foreach (var child in tree.ChildrenOf(top))
            {
                open.Push(child);
            }

            if (Wanted(top))
            {
                yield return new ListCall(top, WithSubtree: false, Direct(top));
            }
        }
    }

    private bool Wanted(long id) => people is null || people.GetValueOrDefault(id) > 0;

    private int? Direct(long id) => people?.GetValueOrDefault(id);
}
