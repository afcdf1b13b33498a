using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>Tags with people, with departments, with both, with nobody.</summary>
internal static class TagMaker
{
    private const int MostPeople = 200;

    public static void Make(World world, int count, Random random)
    {
        if (count == 0)
            return;
        var people = world.People;
        var departments = world.Departments;
        for (var i = 0; i < count; i++)
        {
            var tag = world.AddTag($"{random.Pick(NameParts.TagNames)}{i + 1}");
            var users = people.Count == 0 || random.Chance(0.1) ? 0 : random.Next(Math.Min(people.Count, MostPeople) + 1);
            var parties = random.Chance(0.3) ? 1 + random.Next(3) : 0;
            world.AddToTag(
                tag.Id,
                [.. Enumerable.Range(0, users).Select(_ => people[random.Next(people.Count)].UserId)],
                [.. Enumerable.Range(0, parties).Select(_ => departments[random.Next(departments.Count)].Id)]);
        }
    }
}
