using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Generation;

namespace WeComSync.Simulator.Tests.Generation;

public sealed class CustomerGenerationTests(SharedHost shared)
{
    private static readonly CorpOptions Large = new()
    {
        Seed = 3, People = 300, Departments = 10,
        Customers = new CustomerOptions { Count = 14_000, Relations = 20_000, TagGroups = 12, GroupChats = 60, FollowUsers = 250 },
    };

    [Fact]
    public async Task The_same_seed_and_sizes_make_the_same_customers()
    {
        await using var other = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        var options = Large with { Customers = Large.Customers with { Count = 1400, Relations = 2000 } };
        Corp one = other.AddCorp(options), two = other.AddCorp(options), three = other.AddCorp(options with { Seed = 4 });

        Assert.Equal(await TruthAsync(other, one), await TruthAsync(other, two));
        Assert.NotEqual(await TruthAsync(other, one), await TruthAsync(other, three));
    }

    [Fact]
    public void A_large_company_has_everything_that_clients_trip_over()
    {
        var corp = shared.Host.AddCorp(Large);
        var customers = corp.Customers.Customers.ToArray();
        var relations = corp.Customers.Relations.ToArray();

        Assert.Equal(14_000, relations.Select(relation => relation.ExternalUserId).Distinct().Count());
        Assert.Equal(20_000, relations.Select(relation => (relation.UserId, relation.ExternalUserId)).Distinct().Count());
        Assert.Equal(20_000, corp.Customers.RelationCount);
        Assert.Equal(14_000 + Large.Customers.Strangers, customers.Select(customer => customer.ExternalUserId).Distinct().Count());
        Assert.All(customers, customer => Assert.Equal(customer.Name, corp.Customers.Find(customer.ExternalUserId)!.Name));
        Assert.All(customers, customer => Assert.Matches("^w[mo][A-Za-z0-9_-]{30}$", customer.ExternalUserId));
        Assert.InRange(customers.Count(customer => customer.IsWeCom) / 14_000.0, 0.08, 0.12);
        Assert.Contains(customers, customer => customer.Avatar is null);
        Assert.Contains(customers, customer => customer.Avatar == "");
        Assert.Contains(customers, customer => string.IsNullOrWhiteSpace(customer.Name) || customer.Name == "\u200b");
        Assert.Contains(customers, customer => customer.Name.Length > 50);
        Assert.Contains(customers, customer => customer.Profile is { Attributes.Length: 3 });
        Assert.Equal([0, 1, 2], customers.Select(customer => customer.Gender).Distinct().Order());

        var follows = relations.Select(relation => relation.Follow).ToArray();
        Assert.Contains(follows, follow => follow.PersonalTags.Length > 0);
        Assert.Contains(follows, follow => follow.TagIds.Any(id => id.StartsWith("st", StringComparison.Ordinal)));
        Assert.Contains(follows, follow => follow.RemarkMobiles.Length == 2);
        Assert.Contains(follows, follow => follow.State is not null);
        Assert.Contains(follows, follow => follow is { AddWay: 0, OperUserId: null });
        Assert.Contains(follows, follow => follow is { AddWay: 10, Channels: not null });
        Assert.Contains(relations, relation => relation.Follow.Remark == corp.Customers.Find(relation.ExternalUserId)!.Name);
        var perMember = relations.GroupBy(relation => relation.UserId).ToArray();
        Assert.InRange(perMember.Length, 200, 249);
        Assert.True(perMember.Max(member => member.Count()) > 150);
        Assert.Equal(250, corp.Customers.ServiceRange.Users.Length);

        var members = corp.Customers.Chats.SelectMany(chat => chat.Members).ToArray();
        Assert.Equal([1, 2, 3], members.Select(member => member.JoinScene).Distinct().Order());
        Assert.Contains(members, member => member.Type == 2 && relations.All(relation => relation.ExternalUserId != member.Id));
        Assert.Contains(corp.Customers.Chats, chat => chat.Name.Length == 0);
        Assert.Contains(corp.Customers.Chats, chat => chat.Admins.Any());
    }

    [Fact]
    public void Customers_can_be_followed_by_all_and_less_relations_than_customers_are_raised()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 20, Customers = new CustomerOptions { Count = 30, FollowedByAll = 2 } });
        var followers = corp.Customers.Relations.GroupBy(relation => relation.ExternalUserId).ToDictionary(group => group.Key, group => group.Count());

        Assert.Equal(30, followers.Count);
        Assert.Equal([1, 20], followers.Values.Distinct().Order());
        Assert.Equal(2, followers.Values.Count(count => count == 20));
        Assert.Throws<ArgumentException>(() => shared.Host.AddCorp(new CorpOptions { Customers = new CustomerOptions { Count = 1 } }));
    }

    [Fact]
    public void Churn_does_what_it_says_and_the_same_again_with_the_same_seed()
    {
        var options = Large with { Customers = Large.Customers with { Count = 140, Relations = 200 } };
        Corp one = shared.Host.AddCorp(options), two = shared.Host.AddCorp(options);
        var kinds = new List<string>();
        one.Customers.Changed += change => kinds.Add(change.GetType().Name);
        var churn = new CustomerChurn { Seed = 5, Adds = 9, Deletes = 8, DeletesByCustomers = 7, Edits = 6, Renames = 5, ChatChanges = 4 };

        churn.Apply(one.World, one.Customers);
        churn.Apply(two.World, two.Customers);

        Assert.Equal(
            [nameof(ChatMembersChanged), nameof(CustomerAdded), nameof(CustomerDeleted), nameof(FollowEdited), nameof(MemberDeletedByCustomer)],
            kinds.Distinct().Order());
        Assert.Equal((8, 7, 6, 4), (Count<CustomerDeleted>(), Count<MemberDeletedByCustomer>(), Count<FollowEdited>(), Count<ChatMembersChanged>()));
        Assert.Equal(
            one.Customers.Relations.Select(relation => (relation.UserId, relation.ExternalUserId, relation.Follow.Remark)),
            two.Customers.Relations.Select(relation => (relation.UserId, relation.ExternalUserId, relation.Follow.Remark)));
        kinds.Clear();
        (churn with { Seed = 6, IsSilent = true }).Apply(one.World, one.Customers);
        Assert.Empty(kinds);

        int Count<T>() => kinds.Count(kind => kind == typeof(T).Name);
    }

    private static async Task<string> TruthAsync(SimulatorHost host, Corp corp)
    {
        using var caller = new Caller(host);
        return await caller.Http.GetStringAsync($"/_control/corps/{corp.Id}/truth/customers", Caller.Cancel);
    }
}
