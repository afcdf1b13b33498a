using System.Diagnostics.CodeAnalysis;

namespace WeComSync.Simulator.Worlds;

/// <summary>
/// One company: its departments, people and contact tags. Safe for many threads: each operation is atomic, and what it returns
/// is never changed afterwards. Operations that WeCom's console would refuse throw <see cref="WorldRuleException"/>.
/// </summary>
public sealed partial class World
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<PersonNode> _people = [];
    private readonly Dictionary<string, PersonNode> _peopleById = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<long, DepartmentNode> _departments = [];
    private readonly SortedDictionary<int, TagNode> _tags = [];
    private int _nextSequence;
    private long _version;
    private bool _isByContactSync;

    /// <summary>A company with nothing but its root department.</summary>
    public World(string companyName, TimeProvider time)
    {
        _time = time;
        Place(new DepartmentNode(new Department { Id = Department.RootId, ParentId = 0, Name = companyName }), null);
    }

    /// <summary>
    /// Raised for every change, in the order in which they happen, while the world is locked: a handler only notes the change
    /// and returns.
    /// </summary>
    [SuppressMessage("Design", "CA1003:Use generic event handler instances", Justification = "The change carries everything.")]
    public event Action<WorldChange>? Changed;

    /// <summary>Grows with every change.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>
    /// Does in one step what is asked through the API with the contact-sync secret. WeCom does not tell the contact-sync assistant of
    /// what it did itself.
    /// </summary>
    public T ByContactSync<T>(Func<T> work)
    {
        lock (_gate)
        {
            _isByContactSync = true;
            try
            {
                return work();
            }
            finally
            {
                _isByContactSync = false;
            }
        }
    }

    private void Publish(WorldChange change)
    {
        Interlocked.Increment(ref _version);
        Changed?.Invoke(change with { At = _time.GetUtcNow(), IsByContactSync = _isByContactSync });
    }
}
