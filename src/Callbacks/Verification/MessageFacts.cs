namespace WeComSync.Callbacks.Verification;

/// <summary>What the inbox row shows of a message without opening it.</summary>
/// <param name="Event">Element <c>Event</c>, else <c>InfoType</c>, else the message type.</param>
/// <param name="ChangeType">Element <c>ChangeType</c>.</param>
/// <param name="ObjectKey">WeCom's id of what the event is about.</param>
/// <param name="CreateTime">The sender's time, whole seconds.</param>
internal sealed record MessageFacts(string Event, string? ChangeType, string? ObjectKey, DateTimeOffset? CreateTime)
{
    /// <summary>Element <c>WelcomeCode</c>, with which a new customer can be greeted for 20 seconds; null if the message has none.</summary>
    public string? WelcomeCode { get; init; }
}
