using CsCheck;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Worlds;

/// <summary>Whatever happens to a company, its indexes agree with its people.</summary>
public sealed class WorldModelTests(SharedHost shared)
{
    private static readonly string[] UserIds = ["a", "B", "c", "D", "e"];

    [Fact]
    public void Members_of_departments_are_those_whose_memberships_say_so() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 99], Gen.Int[0, 99]).List[1, 60].Sample(steps =>
        {
            var world = new World("w", TimeProvider.System);
            foreach (var (action, x, y) in steps)
                TryStep(world, action, x, y);
            foreach (var department in world.Departments)
            {
                Assert.Equal(
                    world.People.Where(person => person.Memberships.Any(membership => membership.DepartmentId == department.Id))
                        .Select(person => person.UserId).Order(StringComparer.Ordinal),
                    world.PeopleOf(department.Id).Select(person => person.UserId).Order(StringComparer.Ordinal));
                Assert.True(department.Id == 1 || world.FindDepartment(department.ParentId) is not null);
            }
            Assert.All(world.Tags, tag => Assert.All(tag.Users, userId => Assert.NotNull(world.FindPerson(userId))));
        });

    [Fact]
    public async Task What_the_api_lists_is_the_world_after_any_changes()
    {
        using var caller = new Caller(shared.Host);
        var corp = shared.Host.AddCorp(new CorpOptions { AppIsNew = false });
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            TryStep(corp.World, random.Next(7), random.Next(100), random.Next(100));
            if (i % 20 != 0)
                continue;
            var rows = await caller.ListIdsAsync(corp.Contacts, 3);
            var departments = (await caller.GetAsync(corp.App, "department/list")).Numbers("department", "id");
            var listed = new List<(string, long)>();
            foreach (var id in departments)
                listed.AddRange((await caller.GetAsync(corp.App, $"user/list?department_id={id}")).Texts("userlist", "userid").Select(user => (user, id)));
            var truth = corp.World.People.SelectMany(person => person.Memberships, (person, membership) => (person.UserId, membership.DepartmentId)).Order();
            Assert.Equal(truth, rows.Order());
            Assert.Equal(truth, listed.Order());
        }
    }

    private static void TryStep(World world, int action, int x, int y)
    {
        var userId = UserIds[x % UserIds.Length];
        var departments = world.Departments;
        long first = departments[x % departments.Count].Id, second = departments[y % departments.Count].Id;
        long[] both = first == second ? [first] : [first, second];
        try
        {
            Action step = action switch
            {
                0 => () => world.Hire(userId, userId, both),
                1 => () => world.Leave(userId),
                2 => () => world.Move(userId, both),
                3 => () => world.AddDepartment($"d{y}", first),
                4 => () => world.DeleteDepartment(first),
                5 => () => world.MoveDepartment(first, second),
                _ => () => world.AddToTag(world.Tags is [var tag, ..] ? tag.Id : world.AddTag("t").Id, [userId], both),
            };
            step();
        }
        catch (WorldRuleException)
        {
            // A refused step must leave the world whole, which is what is looked at afterwards.
        }
    }
}
