namespace WeComSync.Callbacks.Inbox;

/// <summary>Whether an event is on disk.</summary>
internal enum KeepResult
{
    Stored,

    /// <summary>The same message was stored before.</summary>
    Duplicate,

    /// <summary>Not here, or not known to be: it must be kept elsewhere before it is acknowledged.</summary>
    NotKept,
}
