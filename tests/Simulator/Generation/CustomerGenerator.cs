using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>Makes the customers of a company up; the same seed and sizes always make the same ones.</summary>
internal static class CustomerGenerator
{
    public static CustomerWorld Generate(CorpOptions corp, World world, TimeProvider time)
    {
        var options = corp.Customers;
        ArgumentOutOfRangeException.ThrowIfNegative(options.Count);
        var maker = new CustomerMaker(corp.Seed, options.WeChatSeed ?? corp.Seed, options.WeComShare);
        var customers = new CustomerWorld(world, maker, corp.Seed, time) { DeveloperAccount = options.DeveloperAccount };
        var staff = Staff(world, options);
        if (staff.Length == 0)
        {
            if (options.Count > 0 || options.GroupChats > 0)
                throw new ArgumentException("customers and group chats need people who follow or own them.", nameof(corp));
            return customers;
        }
        if (options.FollowUsers > 0)
            customers.ServiceRange = new VisibleRange([.. staff.Select(node => node.Last.UserId)], [], []);
        var dice = Dice.Of(corp.Seed, "relations");
        var strangers = options.GroupChats > 0 ? options.Strangers : 0;
        customers.Fill(
            options.Count + strangers, new Pairing(staff, options, ref dice).Make(ref dice),
            CorpTagMaker.Make(corp.Seed, options.TagGroups, options.TagsPerGroup));
        customers.Fill(
            new ChatMaker(corp.Seed, maker, staff, options.Count, strangers, options.MostInChat),
            [.. Enumerable.Range(0, options.GroupChats).Select(index => staff[index % staff.Length])]);
        return customers;
    }

    private static PersonNode[] Staff(World world, CustomerOptions options)
    {
        var people = world.MembersBelow(Department.RootId)!;
        return options.FollowUsers > 0 ? people[..Math.Min(options.FollowUsers, people.Length)] : people;
    }
}
