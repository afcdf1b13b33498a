namespace WeComSync.Simulator.Generation;

internal static class Picking
{
    public static T Pick<T>(this Random random, T[] from) => from[random.Next(from.Length)];

    public static bool Chance(this Random random, double share) => random.NextDouble() < share;
}
