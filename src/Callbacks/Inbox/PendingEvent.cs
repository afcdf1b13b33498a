namespace WeComSync.Callbacks.Inbox;

/// <summary>An event on its way into a batch, and the request that waits for it.</summary>
internal sealed class PendingEvent(InboxEvent pending)
    : TaskCompletionSource<KeepResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private volatile bool abandoned;

    public InboxEvent Event => pending;

    /// <summary>True when the request has gone elsewhere: not worth a place in a batch that has not begun.</summary>
    public bool IsAbandoned => abandoned;

    public void Abandon() => abandoned = true;
}
