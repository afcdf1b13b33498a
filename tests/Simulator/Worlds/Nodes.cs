namespace WeComSync.Simulator.Worlds;

/// <summary>A person's fixed place in the indexes. What is known of him is replaced as a whole, so readers need no lock.</summary>
internal sealed class PersonNode(int sequence, Person person)
{
    private volatile Person? _current = person;
    private volatile Person _last = person;

    public int Sequence { get; } = sequence;

    /// <summary>Null after he left.</summary>
    public Person? Current
    {
        get => _current;
        set
        {
            _current = value;
            if (value is not null)
                _last = value;
        }
    }

    /// <summary>As he was when he left, if he did.</summary>
    public Person Last => _last;
}

/// <summary>A department with its members and children. Touched only under the world's lock; the arrays handed out never change.</summary>
internal sealed class DepartmentNode(Department department)
{
    private readonly List<PersonNode> _members = [];
    private PersonNode[]? _memberArray;
    private PersonNode[]? _leaderArray;

    public Department Current { get; set; } = department;
    public DepartmentNode? Parent { get; set; }
    public List<DepartmentNode> Children { get; } = [];
    public int MemberCount => _members.Count;

    public PersonNode[] Members => _memberArray ??= [.. _members];

    public PersonNode[] Leaders => _leaderArray ??= [.. _members.Where(Leads)];

    public void Join(PersonNode person)
    {
        _members.Add(person);
        Forget();
    }

    public void Part(PersonNode person)
    {
        _members.Remove(person);
        Forget();
    }

    /// <summary>To be called when the leadership of a member changed.</summary>
    public void Forget()
    {
        _memberArray = null;
        _leaderArray = null;
    }

    /// <summary>This department and all below, each before its children.</summary>
    public IEnumerable<DepartmentNode> SelfAndBelow()
    {
        var waiting = new Stack<DepartmentNode>([this]);
        while (waiting.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.Children)
                waiting.Push(child);
        }
    }

    private bool Leads(PersonNode person)
    {
        if (person.Current is { } current)
        {
            foreach (var membership in current.Memberships)
                if (membership.DepartmentId == Current.Id)
                    return membership.IsLeader;
        }
        return false;
    }
}

internal sealed class TagNode(int id, string name)
{
    public int Id { get; } = id;
    public string Name { get; set; } = name;
    public List<PersonNode> People { get; } = [];
    public List<long> Departments { get; } = [];
}
