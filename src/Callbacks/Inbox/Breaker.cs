namespace WeComSync.Callbacks.Inbox;

/// <summary>
/// Remembers that PostgreSQL does not take events in time, so that requests go to the spool at once instead of waiting for it one by one.
/// <see cref="Spool.SpoolDrain"/> tries and closes it.
/// </summary>
internal sealed partial class Breaker(ILogger<Breaker> logger)
{
    private int open;

    public bool IsOpen => Volatile.Read(ref open) == 1;

    public void Trip(string reason)
    {
        if (Interlocked.Exchange(ref open, 1) == 0)
        {
            LogTripped(reason);
        }
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref open, 0) == 1)
        {
            LogClosed();
        }
    }

    [LoggerMessage(LogLevel.Warning, "PostgreSQL does not take events ({Reason}); they go to the spool until it does")]
    private partial void LogTripped(string reason);

    [LoggerMessage(LogLevel.Information, "PostgreSQL takes events again")]
    private partial void LogClosed();
}
