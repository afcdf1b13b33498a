using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Inbox;

/// <summary>One verified event as WeCom sent it. A row here is what an answer 200 promises.</summary>
/// <remarks>
/// <para>Only the digest tells events apart: contact events carry no id, their sender is always <c>sys</c> and their time has whole
/// seconds. A repeat finds the place of its digest taken, until somebody has read for the event: from then on the same bytes may be
/// another fact of the same second, and get the next <see cref="Occurrence"/>. Rows outlive their payload: a digest must be kept longer
/// than anybody may repeat an event.</para>
/// <para>There is no foreign key to the tenant: it would make each accepted event lock the tenant's row.</para>
/// </remarks>
public sealed class CallbackEvent
{
    public long TenantId { get; init; }

    /// <summary>Follows the order of arrival at one host; between hosts it is as good as their clocks.</summary>
    public long Id { get; private set; }

    public Channel Channel { get; init; }

    /// <summary>SHA-256 of the decrypted message.</summary>
    public required byte[] Digest { get; init; }

    /// <summary>0 for the first event of this digest; grows with each that came after its twins were read for.</summary>
    public int Occurrence { get; init; }

    /// <summary>When the callback host had read the request, by the database's clock; older than the row if the event waited in a spool.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The message's own <c>CreateTime</c>, whole seconds; null if it has none.</summary>
    public DateTimeOffset? CreateTime { get; init; }

    /// <summary>Element <c>Event</c>, for example <c>change_contact</c>; the message type for what is no event.</summary>
    public required string Event { get; init; }

    /// <summary>Element <c>ChangeType</c>, for example <c>update_user</c>.</summary>
    public string? ChangeType { get; init; }

    /// <summary>
    /// WeCom's id of what the event is about, in WeCom's spelling: a user id, department id, tag id, external user id or chat id.
    /// Null if the message names none.
    /// </summary>
    public string? ObjectKey { get; init; }

    /// <summary>The decrypted message without its welcome code, UTF-8, protected under <see cref="Storage.SecretFields.CallbackPayload"/>; null once its retention is over.</summary>
    public byte[]? Payload { get; set; }

    /// <summary>
    /// The message's <c>WelcomeCode</c>, protected under <see cref="Storage.SecretFields.WelcomeCode"/>; null where it has none, and once
    /// WeCom no longer takes it.
    /// </summary>
    public string? WelcomeCode { get; set; }

    public EventState State { get; set; } = EventState.Waiting;

    /// <summary>
    /// How often the event failed by its own fault: WeCom's answer about its object, or the end of the process that worked on it alone,
    /// which is counted before the work. Outages, limits and shutdowns are not its fault.
    /// </summary>
    public int Tries { get; set; }

    /// <summary>How often a process ended that worked on a batch with this event; counted before the work.</summary>
    public int Deaths { get; set; }

    /// <summary>The release that parked the event; another one tries again.</summary>
    public string? ParkedBy { get; set; }

    /// <summary>When a worker last said that it works on the event. Old and still there: that worker died.</summary>
    public DateTimeOffset? ClaimedAt { get; set; }

    /// <summary>Which worker works on the event; null if none does.</summary>
    public string? ClaimedBy { get; set; }

    /// <summary>Why the last try failed, without secrets.</summary>
    public string? Error { get; set; }

    /// <summary>The run that did this event's work, where one did.</summary>
    public long? RunId { get; set; }

    /// <summary>When the event came to its end: applied, ignored, superseded or parked.</summary>
    public DateTimeOffset? AppliedAt { get; set; }
}
