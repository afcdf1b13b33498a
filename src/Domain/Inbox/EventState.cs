namespace WeComSync.Domain.Inbox;

/// <summary>Where an event stands.</summary>
public enum EventState
{
    /// <summary>Stored, nothing done yet.</summary>
    Waiting,
    Applied,

    /// <summary>No handler knows this kind of event.</summary>
    Ignored,

    /// <summary>A sync read what the event hinted at; see <see cref="CallbackEvent.RunId"/>.</summary>
    Superseded,

    /// <summary>The last try failed; a job of its own tries again.</summary>
    Failed,

    /// <summary>
    /// Given up after the last try, until a later event or a whole sync has read its object well, another release runs, or a person
    /// replays it.
    /// </summary>
    Parked,
}
