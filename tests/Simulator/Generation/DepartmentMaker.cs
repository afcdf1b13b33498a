using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>A tree of up to 15 levels, with ids and orders beyond 31 bits, parents before children.</summary>
internal static class DepartmentMaker
{
    private const int MaxLevels = 15;

    /// <param name="count">With the root, which is not among the result.</param>
    public static Department[] Make(int count, Random random)
    {
        var made = new List<(long Id, int Level)>(count) { (Department.RootId, 1) };
        var departments = new Department[count - 1];
        var ids = new HashSet<long> { Department.RootId };
        for (var i = 0; i < departments.Length; i++)
        {
            var (parentId, level) = Parent(made, i, random);
            var id = NewId(i, ids, random);
            made.Add((id, level + 1));
            departments[i] = new Department
            {
                Id = id,
                ParentId = parentId,
                Name = $"{random.Pick(NameParts.DepartmentNames)}{i + 1}",
                NameEn = random.NextDouble() < 0.1 ? $"Dept. {i + 1}" : "",
                Order = random.NextDouble() < 0.1 ? 2147484646 + random.Next(1_000_000) : 100_000_000 - 1000L * i,
            };
        }
        return departments;
    }

    /// <summary>The first ones go deeper and deeper, so that the deepest allowed level is there; the others spread near the top.</summary>
    private static (long Id, int Level) Parent(List<(long Id, int Level)> made, int index, Random random)
    {
        if (index < MaxLevels - 1)
            return made[index];
        while (true)
        {
            var candidate = random.NextDouble() < 0.3 ? made[0] : made[random.Next(made.Count)];
            if (candidate.Level < MaxLevels)
                return candidate;
        }
    }

    private static long NewId(int index, HashSet<long> taken, Random random)
    {
        while (true)
        {
            var id = random.NextDouble() < 0.1 ? 2_147_483_648L + random.Next(int.MaxValue) : index + 2 + random.Next(3);
            if (taken.Add(id))
                return id;
        }
    }
}
