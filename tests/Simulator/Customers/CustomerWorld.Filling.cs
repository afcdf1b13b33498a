using System.Collections.Immutable;
using WeComSync.Simulator.Generation;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

public sealed partial class CustomerWorld
{
    /// <summary>Puts made-up customers in, all at once and without changes being raised.</summary>
    /// <param name="customers">How many, strangers among them.</param>
    /// <param name="followers">The numbers of the customers whom each member follows.</param>
    internal void Fill(int customers, IReadOnlyList<(PersonNode Person, IReadOnlyList<int> Customers)> followers, CorpTagGroup[] tags)
    {
        lock (_gate)
        {
            _customers.EnsureCapacity(customers);
            for (var i = 0; i < customers; i++)
                _customers.Add(new CustomerNode(i));
            foreach (var (person, numbers) in followers)
            {
                var member = MemberOf(person);
                var follows = new FollowNode[numbers.Count];
                for (var i = 0; i < follows.Length; i++)
                    follows[i] = Chain(member, _customers[numbers[i]]);
                member.Follows = follows;
            }
            _tags = new TagBook([.. tags]);
            _follows = new FollowMaker(_seed, [.. tags.SelectMany(group => group.Tags, (_, tag) => tag.Id)]);
        }
    }

    internal void Fill(ChatMaker maker, ImmutableArray<PersonNode> owners)
    {
        lock (_gate)
        {
            _chatMaker = maker;
            foreach (var owner in owners)
                Place(new ChatNode(_chats.Count, owner), ChatMaker.IdOf(_seed, _chats.Count));
        }
    }

    private FollowNode Chain(MemberNode member, CustomerNode customer)
    {
        var follow = new FollowNode(member, customer, _nextFollow++) { Earlier = customer.Latest };
        customer.Latest = follow;
        return follow;
    }

    private MemberNode MemberOf(PersonNode person)
    {
        if (!_members.TryGetValue(person, out var member))
            _members.Add(person, member = new MemberNode(person));
        return member;
    }
}
