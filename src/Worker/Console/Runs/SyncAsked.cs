using System.Globalization;

namespace WeComSync.Worker.WebConsole.Runs;

/// <summary>
/// That somebody pressed a button and waits for the run to begin, as the page's address carries it. By the id of the run, not by time:
/// two syncs of a small company lie closer together than the clocks of two hosts.
/// </summary>
/// <param name="After">The enterprise's newest run at that moment; 0 if there was none.</param>
/// <param name="At">When that was.</param>
internal readonly record struct SyncAsked(long After, DateTimeOffset At)
{
    /// <returns>Null if <paramref name="text"/> is none.</returns>
    public static SyncAsked? Parse(string? text) =>
        text?.Split('.') is [var after, var at]
            && long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var instant)
            && instant < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? new(id, DateTimeOffset.FromUnixTimeMilliseconds(instant))
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{After}.{At.ToUnixTimeMilliseconds()}");
}
