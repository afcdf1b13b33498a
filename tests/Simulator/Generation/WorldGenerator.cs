using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>Makes a company up; the same seed and sizes always make the same one.</summary>
internal static class WorldGenerator
{
    public static World Generate(CorpOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Departments, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.People);
        var random = new Random(options.Seed);
        var departments = DepartmentMaker.Make(options.Departments, random);
        var staffing = new Staffing(departments, options.SeveralDepartmentsShare, random);
        var people = new PersonMaker(options.Name, staffing, random).Make(options.People);
        var world = new World(options.Name, time);
        world.Fill(departments, people);
        TagMaker.Make(world, options.Tags, random);
        return world;
    }
}
