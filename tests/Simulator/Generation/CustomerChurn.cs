using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>What happens to the customers of a company between two looks at them, in numbers.</summary>
public sealed record CustomerChurn
{
    public int Seed { get; init; } = 1;
    /// <summary>New people, and customers of others.</summary>
    public int Adds { get; init; }
    public int Deletes { get; init; }
    public int DeletesByCustomers { get; init; }
    /// <summary>Remarks and tags.</summary>
    public int Edits { get; init; }
    /// <summary>Nicknames, which nothing tells.</summary>
    public int Renames { get; init; }
    public int ChatChanges { get; init; }
    /// <summary>No events, as for changes by API calls.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Makes it happen. The same seed does the same to the same world.</summary>
    public void Apply(World world, CustomerWorld customers)
    {
        if (IsSilent)
            customers.Silently(() => Act(world, customers));
        else
            Act(world, customers);
    }

    private void Act(World world, CustomerWorld customers)
    {
        var dice = Dice.Of(Seed, "churn");
        for (var i = 0; i < Deletes; i++)
            if (Some(customers, ref dice) is { } relation)
                customers.Delete(relation.UserId, relation.ExternalUserId);
        for (var i = 0; i < DeletesByCustomers; i++)
            if (Some(customers, ref dice) is { } relation)
                customers.DeleteByCustomer(relation.UserId, relation.ExternalUserId);
        for (var i = 0; i < Edits; i++)
            if (Some(customers, ref dice) is { } relation)
                customers.Edit(relation.UserId, relation.ExternalUserId, follow => follow with { Remark = $"改{Seed}-{i}", TagIds = follow.TagIds.IsEmpty ? [] : follow.TagIds.RemoveAt(0) });
        for (var i = 0; i < Renames; i++)
            if (Some(customers, ref dice) is { } relation)
                customers.EditCustomer(relation.ExternalUserId, customer => customer with { Name = $"{customer.Name}{i}" });
        for (var i = 0; i < Adds; i++)
            Add(world, customers, ref dice);
        string[] chats = ChatChanges == 0 ? [] : [.. customers.Chats.Select(chat => chat.ChatId)];
        for (var i = 0; i < ChatChanges && chats.Length > 0; i++)
            if (Some(customers, ref dice) is { } relation)
                ChangeChat(customers, dice.Pick(chats), relation.ExternalUserId);
    }

    private static void Add(World world, CustomerWorld customers, ref Dice dice)
    {
        var userId = world.PersonAt(dice.Next(world.PeopleCount)).UserId;
        var known = dice.Chance(0.3) ? Some(customers, ref dice)?.ExternalUserId : null;
        if (known is null || customers.Find(userId, known) is null)
            customers.Add(userId, known);
    }

    private static void ChangeChat(CustomerWorld customers, string chatId, string externalUserId)
    {
        if (customers.FindChat(chatId)!.Members.Any(member => member.Id == externalUserId))
            customers.LeaveChat(chatId, [externalUserId]);
        else
            customers.JoinChat(chatId, [externalUserId]);
    }

    private static Relation? Some(CustomerWorld customers, ref Dice dice)
    {
        for (var tries = 0; tries < 100 && customers.CustomerCount > 0; tries++)
            if (customers.RelationOfCustomerAt(dice.Next(customers.CustomerCount)) is { } relation)
                return relation;
        return null;
    }
}
