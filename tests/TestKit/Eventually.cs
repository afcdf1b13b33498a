using System.Diagnostics;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Waits for what a test expects to come true, instead of sleeping.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    /// <param name="what">Names the condition when it never holds.</param>
    /// <param name="condition">Is asked again and again.</param>
    /// <param name="within">30 s unless given.</param>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> TrueAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > (within ?? DefaultDeadline))
            {
                throw new InvalidOperationException($"It did not come to pass within {clock.Elapsed.TotalSeconds:0.0} s that {what}.");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return clock.Elapsed;
    }

    /// <inheritdoc cref="TrueAsync(string, Func{Task{bool}}, TimeSpan?)"/>
    public static Task<TimeSpan> TrueAsync(string what, Func<bool> condition, TimeSpan? within = null) =>
        TrueAsync(what, () => Task.FromResult(condition()), within);
}
