using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary>Whose customers a caller may read.</summary>
internal sealed class CustomerAccess(ApiCall call)
{
    private readonly Visibility _visible = call.Visibility;
    private readonly Visibility _service = call.Corp.Customers.Service;
    private readonly DateTimeOffset _knownUntil = call.Corp.Now - call.Corp.Settings.Customers.DataLag;
    private readonly DateTimeOffset _staleFrom = call.Corp.Now - call.Corp.Settings.Customers.StaleFollowerFor;

    /// <summary>A member in sight who has the function.</summary>
    public bool Reads(PersonNode person) => person.Current is not null && _visible.Sees(person) && _service.Sees(person);

    /// <returns>0, or why the customers of this member cannot be read.</returns>
    public int Check(string userId, out PersonNode person)
    {
        person = call.World.FindNode(userId)!;
        if (person?.Current is null || !_visible.Sees(person))
            return call.Corp.Settings.UnknownUserCode;
        return _service.Sees(person) ? 0 : call.Corp.Settings.Customers.NoFunctionCode;
    }

    /// <summary>Nobody at all has the function, so no call about customers works.</summary>
    public bool IsUnused => !_service.IsEverything && !call.World.MembersBelow(Department.RootId)!.Any(_service.Sees);

    public FollowNode[] Customers(PersonNode person)
    {
        var follows = call.Corp.Customers.FollowsOf(person);
        return Array.TrueForAll(follows, IsKnown) ? follows : Array.FindAll(follows, IsKnown);
    }

    /// <summary>Who follows him, out of sight or not, as far as is known by now; each member once.</summary>
    public FollowNode[] Followers(CustomerNode customer) =>
        [.. call.Corp.Customers.FollowersOf(customer).Where(IsShown).DistinctBy(follow => follow.Member).Where(follow => follow.Member.Person.Current is not null)];

    private bool IsKnown(FollowNode follow) => follow.Times is not { } times || times.BegunAt <= _knownUntil;

    private bool IsShown(FollowNode follow) => IsKnown(follow) && (follow.Times?.EndedAt is not { } ended || ended > _staleFrom);
}
