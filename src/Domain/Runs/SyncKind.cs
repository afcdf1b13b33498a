namespace WeComSync.Domain.Runs;

/// <summary>What a run reads.</summary>
public enum SyncKind
{
    /// <summary>The whole directory with everybody's details.</summary>
    Full,

    /// <summary>The directory's ids, and details of what is new, moved or oldest.</summary>
    Incremental,

    /// <summary>Customers, their relations, tags and group chats.</summary>
    Customers,

    /// <summary>One person or department that somebody asked for.</summary>
    OneObject,
}

/// <summary>Sets of <see cref="SyncKind"/>.</summary>
public static class SyncKinds
{
    /// <summary>Those that a schedule can name.</summary>
    public static IReadOnlyList<SyncKind> Scheduled { get; } = [SyncKind.Full, SyncKind.Incremental, SyncKind.Customers];
}

/// <summary>What asked for a run.</summary>
public enum SyncTrigger
{
    Schedule,
    Command,
    Console,
    Event,
}
