namespace WeComSync.Simulator.Worlds;

public sealed partial class World
{
    /// <summary>Puts a made-up company in, all at once and without changes being raised.</summary>
    /// <param name="departments">Parents before their children.</param>
    internal void Fill(IReadOnlyCollection<Department> departments, IReadOnlyCollection<Person> people)
    {
        lock (_gate)
        {
            foreach (var department in departments)
                Place(new DepartmentNode(department), _departments[department.ParentId]);
            _people.EnsureCapacity(people.Count);
            _peopleById.EnsureCapacity(people.Count);
            foreach (var person in people)
                Enter(person);
            Interlocked.Increment(ref _version);
        }
    }
}
