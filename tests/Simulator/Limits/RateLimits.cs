namespace WeComSync.Simulator.Limits;

/// <summary>0 means no limit. The numbers of calls are those that WeCom publishes; it publishes none for concurrency.</summary>
public sealed record RateLimits
{
    public static RateLimits None { get; } = new() { PerMinute = 0, PerHour = 0 };

    /// <summary>More are answered 45009, and so is everything for a minute from then on.</summary>
    public int PerMinute { get; init; } = 10_000;

    /// <summary>More are answered 45009, and so is everything for an hour from then on.</summary>
    public int PerHour { get; init; } = 150_000;

    /// <summary>Calls at the same time; more are answered 45033.</summary>
    public int Concurrent { get; init; }
}
