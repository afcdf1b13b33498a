using System.Globalization;

namespace WeComSync.Worker.Events;

/// <summary>What every change that an event tells has.</summary>
internal abstract record ToldEvent
{
    public required long Id { get; init; }

    /// <summary>When it happened: WeCom's time, whole seconds, cut off; our time of receipt if WeCom named none.</summary>
    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>As the change feed names it.</summary>
    public string Cause => string.Create(CultureInfo.InvariantCulture, $"event:{Id}");
}
