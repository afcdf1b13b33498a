using WeComSync.Simulator.Worlds;

namespace WeComSync.EndToEnd.Events;

/// <summary>Everyday changes of a company, only of the kinds that WeCom tells in the reduced form: each step is one event.</summary>
internal sealed class CompanyLife
{
    private const int Founders = 60;
    private const int Tags = 3;

    /// <summary>A company that grew for ever would let whoever mirrors it grow too.</summary>
    private const int MostPeople = 400;
    private const int MostProjects = 40;

    private readonly World world;
    private readonly Random random;
    private readonly long[] pillars;
    private readonly List<long> projects = [];
    private readonly int[] tags;
    private int number;

    private CompanyLife(World world, Random random, long[] pillars, int[] tags)
    {
        this.world = world;
        this.random = random;
        this.pillars = pillars;
        this.tags = tags;
    }

    /// <summary>Fills an empty company. Nobody leads: a leader who leaves changes others, of which WeCom tells nothing.</summary>
    public static CompanyLife Begin(World world, Random random)
    {
        var pillars = Enumerable.Range(1, 12).Select(i => world.AddDepartment($"部门{i}").Id).ToArray();
        var tags = Enumerable.Range(1, Tags).Select(i => world.AddTag($"标签{i}").Id).ToArray();
        var life = new CompanyLife(world, random, pillars, tags);
        for (var i = 0; i < Founders; i++)
        {
            life.Hire();
        }

        return life;
    }

    public void Step()
    {
        switch (random.Next(20))
        {
            case < 6 when world.PeopleCount < MostPeople:
                Hire();
                break;
            case < 8 when world.PeopleCount > Founders / 2:
                world.Leave(Somebody().UserId);
                break;
            case < 10 when world.People.FirstOrDefault(p => p.HasGeneratedUserId) is { } generated:
                world.ChangeUserId(generated.UserId, $"{generated.UserId}.named");
                break;
            case < 12 when projects.Count < MostProjects:
                projects.Add(world.AddDepartment($"项目{++number}", Pillar()).Id);
                break;
            case < 14 when projects.Count > 0:
                world.MoveDepartment(projects[random.Next(projects.Count)], Pillar());
                break;
            case < 15 when projects.Find(id => world.PeopleOf(id).Count == 0) is > 0 and var empty:
                projects.Remove(empty);
                world.DeleteDepartment(empty);
                break;
            case < 17:
                var tag = tags[random.Next(tags.Length)];
                if (world.FindTag(tag)!.Users.FirstOrDefault() is { } tagged && random.Next(3) == 0)
                {
                    world.RemoveFromTag(tag, [tagged], []);
                }
                else
                {
                    world.AddToTag(tag, [Somebody().UserId], []);
                }

                break;
            default:
                world.Move(Somebody().UserId, [.. Somewhere()]);
                break;
        }
    }

    private void Hire() => world.Hire(new Person
    {
        UserId = $"p{++number}",
        Name = $"人{number}",
        HasGeneratedUserId = random.Next(4) == 0,
        Memberships = [.. Somewhere().Select(id => new Membership(id))],
    });

    private Person Somebody() => world.PersonAt(random.Next(world.PeopleCount));

    private long Pillar() => pillars[random.Next(pillars.Length)];

    private IEnumerable<long> Somewhere() =>
        (random.Next(5) == 0 && projects.Count > 0 ? new[] { Pillar(), projects[random.Next(projects.Count)] } : [Pillar(), Pillar()])
        .Distinct().Take(random.Next(1, 3));
}
