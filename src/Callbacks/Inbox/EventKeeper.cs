using WeComSync.Callbacks.Spool;

namespace WeComSync.Callbacks.Inbox;

/// <summary>Puts an event on disk: in the inbox, or in the spool when the inbox does not take it in time.</summary>
internal sealed class EventKeeper(InboxWriter inbox, SpoolWriter spool, Breaker breaker)
{
    /// <summary>True when an event that came now could be kept.</summary>
    public bool CanKeep => !breaker.IsOpen || spool.CanKeep;

    /// <remarks>Not cancellable: WeCom may have gone, but an event that arrived whole is worth keeping.</remarks>
    public async Task<KeepResult> KeepAsync(InboxEvent arrived)
    {
        var result = await inbox.StoreAsync(arrived);
        return result == KeepResult.NotKept ? await spool.StoreAsync(arrived) : result;
    }
}
