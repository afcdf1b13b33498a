using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>Why an event could not be applied.</summary>
/// <param name="Why">Is stored and shown.</param>
/// <param name="IsOwn">Counts against the event: what failed is tied to it or its object, and neither passes nor is this host's lack.</param>
internal sealed record EventFailure(string Why, bool IsOwn)
{
    public static EventFailure Own(string why) => new(why, IsOwn: true);

    /// <summary>By an answer to the question about its object, or none.</summary>
    public static EventFailure Of(WeComException failure) => new(failure.Message, failure switch
    {
        { Class: WeComErrorClass.Retry or WeComErrorClass.RefreshToken or WeComErrorClass.Throttle or WeComErrorClass.Restart } => false,
        // No secret is a failure that every event of the kind would meet again; anything else without a code is no answer of WeCom's.
        { ErrCode: null, Class: not WeComErrorClass.StopFeature } => false,
        _ => true,
    });
}
