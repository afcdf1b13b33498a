using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Generation;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Generation;

public sealed class GenerationTests(SharedHost shared)
{
    private static readonly CorpOptions Large = new() { Seed = 3, People = 20_000, Departments = 800, Tags = 30 };

    [Fact]
    public async Task The_same_seed_makes_the_same_company_with_the_same_ids_and_secrets()
    {
        var options = new CorpOptions { Seed = 42, People = 300, Departments = 30, Tags = 5 };
        await using var one = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        await using var two = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);

        Corp first = one.AddCorp(options), second = two.AddCorp(options), other = two.AddCorp(options with { Seed = 43 });

        Assert.Equal((first.Id, first.App.Secret, first.Contacts.Secret), (second.Id, second.App.Secret, second.Contacts.Secret));
        Assert.Equal(await TruthAsync(one, first), await TruthAsync(two, second));
        Assert.NotEqual(first.Id, other.Id);
        Assert.NotEqual(await TruthAsync(one, first), await TruthAsync(two, other));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 1)]
    [InlineData(10, 2)]
    [InlineData(10, 50)]
    public void Small_sizes_are_exact(int people, int departments)
    {
        var world = shared.Host.AddCorp(new CorpOptions { People = people, Departments = departments, Tags = 2 }).World;

        Assert.Equal((people, departments, 2), (world.PeopleCount, world.Departments.Count, world.Tags.Count));
    }

    [Fact]
    public void A_large_company_has_everything_that_clients_trip_over()
    {
        var world = shared.Host.AddCorp(Large).World;
        var people = world.People;
        var departments = world.Departments.ToDictionary(department => department.Id);

        Assert.Equal(20_000, people.Select(person => person.UserId).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(people.Count(person => person.Mobile.Length > 0), people.Select(person => person.Mobile).Where(mobile => mobile.Length > 0).Distinct().Count());
        Assert.Contains(people, person => person.Name.Contains('·', StringComparison.Ordinal));
        Assert.Contains(people, person => person.Name.EnumerateRunes().Any(rune => rune.Value > 0xFFFF));
        Assert.Contains(people, person => person.UserId.Any(char.IsUpper) && person.UserId.Any(char.IsLower));
        Assert.Contains(people, person => person.HasGeneratedUserId);
        Assert.Contains(people, person => person.Memberships.Length >= 10);
        Assert.Contains(people, person => person.Memberships[0].Order > int.MaxValue);
        Assert.Contains(people, person => person.ExternalProfile is not null);
        Assert.Contains(people, person => person.ExtFields.Length == 2);
        Assert.Contains(people, person => person.DirectLeaders is [var leader] && world.FindPerson(leader) is not null);
        Assert.Contains(people.GroupBy(person => person.Name), sameName => sameName.Count() > 1);
        Assert.Equal([1, 2, 4, 5], people.Select(person => person.Status).Distinct().Order());
        Assert.InRange(people.Count(person => person.Memberships.Length > 1) / 20_000.0, 0.06, 0.10);

        Assert.Contains(departments.Values, department => department.Id > int.MaxValue);
        Assert.Contains(departments.Values, department => department.Order > int.MaxValue);
        Assert.Contains(departments.Values, department => world.PeopleOf(department.Id).Count == 0);
        Assert.Contains(departments.Values, department => world.PeopleOf(department.Id).Count > 60);
        Assert.Equal(15, departments.Values.Max(Level));
        Assert.Contains(world.Tags, tag => tag.Departments.Length > 0 && tag.Users.Length > 0);

        int Level(Department department) => department.Id == 1 ? 1 : 1 + Level(departments[department.ParentId]);
    }

    [Fact]
    public void Churn_does_what_it_says_and_the_same_again_with_the_same_seed()
    {
        var options = new CorpOptions { Seed = 9, People = 100, Departments = 10 };
        Corp one = shared.Host.AddCorp(options), two = shared.Host.AddCorp(options);
        var kinds = new List<string>();
        one.World.Changed += change => kinds.Add(change.GetType().Name);
        var churn = new Churn { Seed = 5, Hires = 7, Leaves = 3, Moves = 4, Renames = 5, StatusChanges = 2 };

        churn.Apply(one.World);
        churn.Apply(two.World);

        Assert.Equal((7, 3), (kinds.Count(kind => kind == nameof(PersonHired)), kinds.Count(kind => kind == nameof(PersonLeft))));
        Assert.Equal(104, one.World.PeopleCount);
        Assert.Equal(one.World.People.Select(person => (person.UserId, person.Name, person.Status)), two.World.People.Select(person => (person.UserId, person.Name, person.Status)));
    }

    private static async Task<string> TruthAsync(SimulatorHost host, Corp corp)
    {
        using var caller = new Caller(host);
        return await caller.Http.GetStringAsync($"/_control/corps/{corp.Id}/truth", Caller.Cancel);
    }
}
