namespace WeComSync.Simulator.Worlds;

/// <summary>A visible range worked out against the world: who and what may be seen. Immutable.</summary>
internal sealed class Visibility
{
    private readonly HashSet<long>? _departments;
    private readonly HashSet<PersonNode> _people;

    private Visibility(HashSet<long>? departments, HashSet<PersonNode> people)
    {
        _departments = departments;
        _people = people;
    }

    /// <summary>The whole company.</summary>
    public static Visibility Everything { get; } = new(null, []);

    public bool IsEverything => _departments is null;

    public static Visibility Of(HashSet<long> departments, HashSet<PersonNode> people) => new(departments, people);

    public bool Sees(long departmentId) => _departments is null || _departments.Contains(departmentId);

    public bool Sees(PersonNode node) =>
        _departments is null || _people.Contains(node) || (node.Current is { } person && SeesAnyDepartmentOf(person));

    private bool SeesAnyDepartmentOf(Person person)
    {
        foreach (var membership in person.Memberships)
            if (_departments!.Contains(membership.DepartmentId))
                return true;
        return false;
    }
}
