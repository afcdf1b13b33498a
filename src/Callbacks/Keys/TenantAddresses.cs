using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Keys;

/// <summary>What this host knows of one tenant.</summary>
internal sealed record TenantAddresses(
    long TenantId, string CallbackKey, bool Enabled, bool PluginOn, IReadOnlyDictionary<Channel, StoredChannel> Channels);
