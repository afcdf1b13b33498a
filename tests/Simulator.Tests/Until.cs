using System.Diagnostics;

namespace WeComSync.Simulator.Tests;

internal static class Until
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Waits for a condition, and fails when it does not come true in time.</summary>
    public static async Task TrueAsync(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, "The condition did not come true in time.");
            await Task.Yield();
        }
    }
}
