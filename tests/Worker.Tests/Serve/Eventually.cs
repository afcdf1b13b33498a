using System.Diagnostics;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>Waits for what other threads and processes bring about.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    public static Task HoldsAsync(string what, Func<bool> condition, TimeSpan? deadline = null) =>
        HoldsAsync(what, () => Task.FromResult(condition()), deadline);

    /// <param name="what">Names the condition when it never holds.</param>
    /// <param name="condition">Is asked again and again.</param>
    /// <param name="deadline">How long.</param>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? deadline = null)
    {
        var started = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await condition())
        {
            Assert.True(started.Elapsed < (deadline ?? Deadline), $"It never came to pass that {what}.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
