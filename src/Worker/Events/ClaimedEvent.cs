using WeComSync.Domain.Inbox;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Events;

/// <summary>One row of the inbox that this process works on.</summary>
/// <param name="Id">The event.</param>
/// <param name="State">Before it was claimed.</param>
/// <param name="Channel">Where it came in.</param>
/// <param name="Event">For example <c>change_contact</c>.</param>
/// <param name="ChangeType">For example <c>update_user</c>.</param>
/// <param name="ObjectKey">What it is about.</param>
/// <param name="CreateTime">WeCom's time, whole seconds.</param>
/// <param name="ReceivedAt">The database's.</param>
/// <param name="Payload">Protected; null once its retention is over.</param>
/// <param name="Tries">Failures by its own fault, as if the work that begins now failed too.</param>
/// <param name="WelcomeCode">Protected; null where it has none, or one that WeCom no longer takes.</param>
internal sealed record ClaimedEvent(
    long Id, EventState State, Channel Channel, string Event, string? ChangeType, string? ObjectKey, DateTimeOffset? CreateTime,
    DateTimeOffset ReceivedAt, byte[]? Payload, int Tries, string? WelcomeCode)
{
    /// <summary>What it is called in lists and on the dashboard.</summary>
    public string Kind => ChangeType ?? Event;
}
