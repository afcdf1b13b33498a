namespace WeComSync.Callbacks.Inbox;

/// <summary>Whether an event is on disk.</summary>
internal enum KeepResult
{
    Stored,

    /// <summary>The same message was stored before.</summary>
    Duplicate,

    /// <summary>Not stored, because too many of the tenant's wait; that a sync must stand for it is. See <see cref="FullInboxes"/>.</summary>
    Overflowed,

    /// <summary>Not here, or not known to be: it must be kept elsewhere before it is acknowledged.</summary>
    NotKept,
}
