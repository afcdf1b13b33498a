using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Inbox;

/// <summary>A verified event as it will stand in <c>control.callback_events</c>.</summary>
/// <param name="TenantId">The tenant whose keys verified it.</param>
/// <param name="Channel">The address that it came to.</param>
/// <param name="Digest">SHA-256 of the decrypted message.</param>
/// <param name="ReceivedAt">By this host's clock; it is stored by the database's.</param>
/// <param name="CreateTime">By WeCom's clock, if the message says so.</param>
/// <param name="Event">Kind of event.</param>
/// <param name="ChangeType">Kind of change.</param>
/// <param name="ObjectKey">What the event is about.</param>
/// <param name="Payload">The protected message without its welcome code.</param>
/// <param name="WelcomeCode">The protected welcome code; null if it has none.</param>
internal sealed record InboxEvent(
    long TenantId,
    Channel Channel,
    byte[] Digest,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? CreateTime,
    string Event,
    string? ChangeType,
    string? ObjectKey,
    byte[] Payload,
    string? WelcomeCode = null);
