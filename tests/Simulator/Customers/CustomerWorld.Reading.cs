using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

/// <summary>The truth, for tests, and what the API reads.</summary>
public sealed partial class CustomerWorld
{
    /// <summary>Everybody known, strangers in groups and those without any relation left too. Made up while being read.</summary>
    public IEnumerable<Customer> Customers => Nodes().Select(CustomerOf);

    /// <summary>Every relation of a member who is still in the company. Made up while being read.</summary>
    public IEnumerable<Relation> Relations =>
        Members().Where(member => member.Person.Current is not null).SelectMany(member => member.Follows, (_, follow) => RelationOf(follow));

    public int RelationCount => Members().Where(member => member.Person.Current is not null).Sum(member => member.Follows.Length);

    public int CustomerCount
    {
        get
        {
            lock (_gate)
                return _customers.Count;
        }
    }

    public Customer? Find(string externalUserId) => FindNode(externalUserId) is { } node ? CustomerOf(node) : null;

    /// <summary>Null: the member does not follow him.</summary>
    public Relation? Find(string userId, string externalUserId)
    {
        var person = _world.FindNode(userId);
        lock (_gate)
            return person is not null && Present(person, externalUserId) is { } follow ? RelationOf(follow) : null;
    }

    /// <summary>In the order of adding.</summary>
    public IReadOnlyList<Relation> RelationsOf(string userId) =>
        _world.FindNode(userId) is { } person ? [.. FollowsOf(person).Select(RelationOf)] : [];

    /// <summary>Any of the relations of a customer by his number; null: he has none.</summary>
    internal Relation? RelationOfCustomerAt(int index)
    {
        lock (_gate)
        {
            for (var follow = _customers[index].Latest; follow is not null; follow = follow.Earlier)
                if (!follow.IsEnded && follow.Member.Person.Current is not null)
                    return RelationOf(follow);
            return null;
        }
    }

    internal CustomerNode? FindNode(string externalUserId)
    {
        lock (_gate)
        {
            if (_byChosenId.TryGetValue(externalUserId, out var chosen))
                return chosen;
            return _maker.IndexOf(externalUserId) is { } index && index < _customers.Count && IdOf(_customers[index]) == externalUserId
                ? _customers[index]
                : null;
        }
    }

    internal Customer CustomerOf(CustomerNode node) => node.Kept ?? _maker.Make(node.Index);

    internal string IdOf(CustomerNode node) => node.Kept?.ExternalUserId ?? _maker.IdOf(node.Index);

    internal Follow FollowOf(FollowNode node, Customer customer) =>
        node.Kept ?? _follows.Make(node.Index, node.Member.Person.Last.UserId, customer);

    /// <summary>The customers of one member, in the order of adding.</summary>
    internal FollowNode[] FollowsOf(PersonNode person)
    {
        lock (_gate)
            return _members.GetValueOrDefault(person)?.Follows ?? [];
    }

    /// <summary>Everybody who follows or followed the customer, the latest first.</summary>
    internal List<FollowNode> FollowersOf(CustomerNode customer)
    {
        var followers = new List<FollowNode>();
        lock (_gate)
        {
            for (var follow = customer.Latest; follow is not null; follow = follow.Earlier)
                followers.Add(follow);
        }
        return followers;
    }

    private Relation RelationOf(FollowNode follow)
    {
        var customer = CustomerOf(follow.Customer);
        return new Relation(follow.Member.Person.Last.UserId, customer.ExternalUserId, FollowOf(follow, customer));
    }

    private MemberNode[] Members()
    {
        lock (_gate)
            return [.. _members.Values];
    }

    private CustomerNode[] Nodes()
    {
        lock (_gate)
            return [.. _customers];
    }

    private FollowNode? Present(PersonNode person, string externalUserId) =>
        FindNode(externalUserId) is { } customer ? Present(person, customer) : null;

    private static FollowNode? Present(PersonNode person, CustomerNode customer) =>
        Latest(person, customer) is { IsEnded: false } follow ? follow : null;

    /// <summary>The member's relation to the customer, or the last one that there was.</summary>
    private static FollowNode? Latest(PersonNode person, CustomerNode customer)
    {
        for (var follow = customer.Latest; follow is not null; follow = follow.Earlier)
            if (follow.Member.Person == person)
                return follow;
        return null;
    }

    /// <summary>Somebody has added the member, who has not added him.</summary>
    internal bool IsHalf(CustomerNode customer)
    {
        lock (_gate)
            return _halves.Keys.Any(half => half.Customer == customer);
    }
}
