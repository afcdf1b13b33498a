using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>What happens in a company between two looks at it, in numbers.</summary>
public sealed record Churn
{
    public int Seed { get; init; } = 1;
    public int Hires { get; init; }
    public int Leaves { get; init; }
    public int Moves { get; init; }
    /// <summary>Names and positions.</summary>
    public int Renames { get; init; }
    /// <summary>Activated to disabled and back.</summary>
    public int StatusChanges { get; init; }

    /// <summary>Makes it happen. The same seed does the same to the same world.</summary>
    public void Apply(World world)
    {
        var random = new Random(Seed);
        var departments = world.Departments;
        long Somewhere() => departments[random.Next(departments.Count)].Id;

        for (var i = 0; i < Leaves && world.PeopleCount > 0; i++)
            world.Leave(Somebody(world, random).UserId);
        for (var i = 0; i < Moves; i++)
            world.Move(Somebody(world, random).UserId, Somewhere());
        for (var i = 0; i < Renames; i++)
            world.Update(Somebody(world, random).UserId, person => person with { Name = $"{person.Name}{i}", Position = random.Pick(NameParts.Positions) });
        for (var i = 0; i < StatusChanges; i++)
            world.Update(Somebody(world, random).UserId, person => person with { Status = person.Status == 1 ? 2 : 1 });
        for (var i = 0; i < Hires; i++)
            world.Hire($"new{Seed}x{random.Next():x8}{i}", random.Pick(NameParts.Surnames).Han + random.Pick(NameParts.Given).Han, Somewhere());
    }

    private static Person Somebody(World world, Random random) => world.PersonAt(random.Next(world.PeopleCount));
}
