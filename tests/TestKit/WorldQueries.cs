using WeComSync.Simulator.Worlds;

namespace WeComSync.TestKit;

/// <summary>What tests ask about a simulated company.</summary>
public static class WorldQueries
{
    /// <summary>Whether a department is <paramref name="root"/> or lies below it.</summary>
    public static bool IsBelow(this World world, long id, long root)
    {
        for (var at = world.FindDepartment(id); at is not null; at = world.FindDepartment(at.ParentId))
        {
            if (at.Id == root)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A department right below the root with people in it.</summary>
    public static Department Branch(this World world) =>
        world.Departments.First(d => d.ParentId == Department.RootId && world.PeopleOf(d.Id).Count > 1);

    /// <summary>Somebody who is in no department of that subtree.</summary>
    public static Person Outside(this World world, long root) =>
        world.People.First(p => p.Memberships.All(m => !world.IsBelow(m.DepartmentId, root)));
}
