using System.Diagnostics.CodeAnalysis;
using WeComSync.Simulator.Generation;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

/// <summary>
/// The customers of one company: who follows whom, corp tags and customer groups. Safe for many threads, as <see cref="World"/>
/// is: each operation is atomic, what it returns never changes, and what WeCom would refuse throws <see cref="WorldRuleException"/>.
/// </summary>
/// <remarks>The world of the members never waits for this one, so it may be asked while this is locked.</remarks>
public sealed partial class CustomerWorld
{
    private readonly Lock _gate = new();
    private readonly World _world;
    private readonly TimeProvider _time;
    private readonly int _seed;
    private readonly CustomerMaker _maker;
    private readonly LiveRange _service;
    private readonly List<CustomerNode> _customers = [];
    // Those whose id was chosen by a test. All others tell their place themselves.
    private readonly Dictionary<string, CustomerNode> _byChosenId = new(StringComparer.Ordinal);
    private readonly Dictionary<PersonNode, MemberNode> _members = [];
    private FollowMaker _follows;
    private int _nextFollow;
    private bool _isSilent;
    private volatile string? _developerAccount;

    internal CustomerWorld(World world, CustomerMaker maker, int seed, TimeProvider time)
    {
        _world = world;
        _maker = maker;
        _seed = seed;
        _time = time;
        _follows = new FollowMaker(seed, []);
        _service = new LiveRange(world, VisibleRange.WholeCompany);
    }

    /// <summary>Raised for every change that WeCom tells, while this is locked: a handler only notes the change and returns.</summary>
    [SuppressMessage("Design", "CA1003:Use generic event handler instances", Justification = "The change carries everything.")]
    public event Action<CustomerChange>? Changed;

    /// <summary>Who has the function 客户联系 (使用范围). Narrowing it makes customers vanish from the API without any event.</summary>
    public VisibleRange ServiceRange
    {
        get => _service.Ticked;
        set => _service.Ticked = value;
    }

    /// <summary>The open-platform account of the bound WeChat developer id (微信开发者ID). Null: none is bound, so there are no unionids.</summary>
    public string? DeveloperAccount
    {
        get => _developerAccount;
        set => _developerAccount = value;
    }

    internal Visibility Service => _service.Present;

    /// <summary>Null: WeCom users have none, and nobody has without a bound developer id.</summary>
    public string? UnionIdOf(Customer customer) =>
        DeveloperAccount is { } account && !customer.IsWeCom ? Dice.Of($"{account}/{customer.WeChatPerson}").Text("o", 28) : null;

    /// <summary>Changes what the action changes without telling anybody, as WeCom does when an API call is the cause.</summary>
    public void Silently(Action change)
    {
        lock (_gate)
        {
            var before = _isSilent;
            _isSilent = true;
            try
            {
                change();
            }
            finally
            {
                _isSilent = before;
            }
        }
    }

    private void Publish(CustomerChange change)
    {
        if (!_isSilent)
            Changed?.Invoke(change with { At = _time.GetUtcNow() });
    }
}
