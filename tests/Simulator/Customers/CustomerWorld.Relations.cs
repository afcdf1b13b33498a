using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

public sealed partial class CustomerWorld
{
    // Who added whom, when only the customer did so.
    private readonly Dictionary<(PersonNode Person, CustomerNode Customer), string?> _halves = [];

    /// <summary>A member and a customer become friends: add_external_contact.</summary>
    /// <param name="externalUserId">Null: somebody new is made up. An id that nobody has: somebody new with this id.</param>
    /// <param name="with">What the member writes about him; null: as made up.</param>
    public Relation Add(string userId, string? externalUserId = null, Func<Follow, Follow>? with = null)
    {
        var person = Employed(userId);
        lock (_gate)
        {
            var node = Somebody(externalUserId);
            if (Present(person, node) is { Kept.IsDeletedByCustomer: true } oneSided)
                End(oneSided);
            else if (Present(person, node) is not null)
                throw new WorldRuleException(40096, $"{userId} has {IdOf(node)} already.");
            var isHalf = _halves.Remove((person, node), out var halfState);
            var before = ReaddingKeepsData ? Latest(person, node) : null;
            var customer = CustomerOf(node);
            var member = MemberOf(person);
            var follow = Chain(member, node);
            var times = new FollowTimes(_time.GetUtcNow());
            var data = before is not null
                ? FollowOf(before, customer) with { IsDeletedByCustomer = false }
                : FollowOf(follow, customer) with { CreateTime = times.BegunAt.ToUnixTimeSeconds(), State = isHalf ? halfState : null };
            (follow.Kept, follow.Times) = (with?.Invoke(data) ?? data, times);
            member.Follows = [.. member.Follows, follow];
            // The code went out with the half event, and members cannot greet people of other companies.
            var welcome = isHalf || customer.IsWeCom ? null : NewWelcome(times.BegunAt);
            Publish(new CustomerAdded(userId, customer.ExternalUserId, follow.Kept.State, IsHalf: false, welcome) { Concerns = person });
            return RelationOf(follow);
        }
    }

    /// <summary>
    /// The customer adds a member who lets everybody in, and the member has not added him yet: add_half_external_contact, and
    /// 84061 until <see cref="Add"/> completes it.
    /// </summary>
    /// <returns>The customer's id.</returns>
    public string AddHalf(string userId, string? externalUserId = null, string? state = null)
    {
        var person = Employed(userId);
        lock (_gate)
        {
            var node = Somebody(externalUserId);
            if (Present(person, node) is not null || !_halves.TryAdd((person, node), state))
                throw new WorldRuleException(40096, $"{userId} and {IdOf(node)} know each other already.");
            var id = IdOf(node);
            Publish(new CustomerAdded(userId, id, state, IsHalf: true, NewWelcome(_time.GetUtcNow())) { Concerns = person });
            return id;
        }
    }

    /// <summary>The member changes what he wrote: edit_external_contact.</summary>
    public Relation Edit(string userId, string externalUserId, Func<Follow, Follow> change)
    {
        var person = Employed(userId);
        lock (_gate)
        {
            var follow = Existing(person, userId, externalUserId);
            follow.Kept = change(RelationOf(follow).Follow);
            Publish(new FollowEdited(userId, externalUserId) { Concerns = person });
            return RelationOf(follow);
        }
    }

    /// <summary>The customer changes himself, his name for example. No event tells it.</summary>
    public Customer EditCustomer(string externalUserId, Func<Customer, Customer> change)
    {
        lock (_gate)
        {
            var node = FindNode(externalUserId) ?? throw new WorldRuleException(40096, $"There is no customer {externalUserId}.");
            return node.Kept = change(CustomerOf(node)) with { ExternalUserId = externalUserId };
        }
    }

    /// <summary>The member deletes the customer: del_external_contact.</summary>
    public void Delete(string userId, string externalUserId)
    {
        var person = Employed(userId);
        lock (_gate)
        {
            End(Existing(person, userId, externalUserId));
            Publish(new CustomerDeleted(userId, externalUserId, ByTransfer: false) { Concerns = person });
        }
    }

    /// <summary>The customer deletes the member: del_follow_user. The API goes on as if nothing had happened.</summary>
    public void DeleteByCustomer(string userId, string externalUserId)
    {
        var person = Employed(userId);
        lock (_gate)
        {
            var follow = Existing(person, userId, externalUserId);
            follow.Kept = RelationOf(follow).Follow with { IsDeletedByCustomer = true };
            Publish(new MemberDeletedByCustomer(userId, externalUserId) { Concerns = person });
        }
    }

    internal bool ReaddingKeepsData { get; set; }

    private PersonNode Employed(string userId) =>
        _world.FindNode(userId) is { Current: not null } person ? person : throw new WorldRuleException(60111, $"There is no {userId}.");

    private CustomerNode Somebody(string? externalUserId)
    {
        if (externalUserId is not null && FindNode(externalUserId) is { } known)
            return known;
        var node = new CustomerNode(_customers.Count);
        if (externalUserId is not null)
        {
            node.Kept = _maker.Make(node.Index, externalUserId);
            _byChosenId.Add(externalUserId, node);
        }
        _customers.Add(node);
        return node;
    }

    private FollowNode Existing(PersonNode person, string userId, string externalUserId) =>
        Present(person, externalUserId) ?? throw new WorldRuleException(84061, $"{userId} does not follow {externalUserId}.");

    /// <summary>Takes it out of the member's list; in the customer's chain it stays, marked.</summary>
    private void End(FollowNode follow)
    {
        // What it was must not depend on a later change of the member's userid.
        follow.Kept ??= RelationOf(follow).Follow;
        follow.Times = new FollowTimes(follow.Times?.BegunAt ?? DateTimeOffset.MinValue, _time.GetUtcNow());
        follow.Member.Follows = Array.FindAll(follow.Member.Follows, other => other != follow);
    }
}
