using WeComSync.Callbacks.Verification;
using WeComSync.Domain.Inbox;

namespace WeComSync.Callbacks.Keys;

/// <summary>
/// What a request's path led to. Every request is verified, also where nothing can come of it: then against keys that nobody has,
/// and <see cref="Obstacle"/> says why.
/// </summary>
/// <param name="TenantId">Null when nobody has the key.</param>
/// <param name="Keys">What to verify against.</param>
/// <param name="Obstacle">Why the request is refused whatever its signature; null if its signature decides.</param>
internal readonly record struct CallbackAddress(long? TenantId, ChannelKeys Keys, CallbackOutcome? Obstacle);
