namespace WeComSync.Worker.Commands;

/// <summary>What the process's exit code says. Scripts depend on it.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The last line on stderr says why and what to do; nothing was half-applied.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or a bad input file; nothing was changed.</summary>
    public const int Usage = 2;

    /// <summary>Done, but removals are held by the guard.</summary>
    public const int Held = 3;

    /// <summary>The tenant is stopped: a person must act first.</summary>
    public const int Stopped = 4;

    /// <summary>Done except for rows or kinds that are listed.</summary>
    public const int Partial = 5;
}
