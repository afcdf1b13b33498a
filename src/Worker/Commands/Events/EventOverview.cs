using WeComSync.Domain.Inbox;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Commands.Events;

/// <summary>An event as the commands show it: everything but what it says.</summary>
internal sealed record EventOverview(
    long Id, DateTimeOffset ReceivedAt, DateTimeOffset? CreateTime, Channel Channel, string Event, string? ChangeType, string? ObjectKey,
    EventState State, int Tries, string? Error, long? RunId, DateTimeOffset? AppliedAt, string? ClaimedBy)
{
    public static EventOverview Of(CallbackEvent found) => new(
        found.Id, found.ReceivedAt, found.CreateTime, found.Channel, found.Event, found.ChangeType, found.ObjectKey, found.State, found.Tries,
        found.Error, found.RunId, found.AppliedAt, found.ClaimedBy);
}
