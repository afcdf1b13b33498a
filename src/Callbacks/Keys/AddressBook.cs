using System.Collections.Immutable;
using WeComSync.Callbacks.Verification;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Keys;

/// <summary>All callback addresses, in memory: requests are verified without the database, also while it is away.</summary>
internal sealed class AddressBook(SecretKeys secrets)
{
    private volatile Pages? pages;

    /// <summary>False until the database was read once: before that nothing can be verified.</summary>
    public bool IsLoaded => pages is not null;

    public CallbackAddress Find(string callbackKey, Channel channel)
    {
        if (pages is null || !pages.ByKey.TryGetValue(callbackKey, out var tenant))
        {
            return new CallbackAddress(null, ChannelKeys.Dummy, CallbackOutcome.UnknownKey);
        }

        if (!tenant.Channels.TryGetValue(channel, out var stored) || !stored.IsConfigured)
        {
            return new CallbackAddress(tenant.TenantId, ChannelKeys.Dummy, CallbackOutcome.NotConfigured);
        }

        return stored.Open(secrets.Protector) is not { } keys
            ? new CallbackAddress(tenant.TenantId, ChannelKeys.Dummy, CallbackOutcome.UnusableSettings)
            : new CallbackAddress(tenant.TenantId, keys, !tenant.Enabled ? CallbackOutcome.Disabled : tenant.PluginOn ? null : CallbackOutcome.PluginOff);
    }

    public void ReplaceAll(IEnumerable<TenantAddresses> tenants) => pages = Pages.Empty.With(tenants.Select(KeepOpened));

    /// <summary>Brings some tenants up to date.</summary>
    /// <param name="found">What the database holds now.</param>
    /// <param name="askedKeys">Callback keys that were asked for: those not found are nobody's.</param>
    /// <param name="askedIds">Likewise tenants.</param>
    public void Replace(IReadOnlyCollection<TenantAddresses> found, IReadOnlyCollection<string> askedKeys, IReadOnlyCollection<long> askedIds)
    {
        if (pages is { } current)
        {
            pages = current.Without(askedKeys, askedIds.Concat(found.Select(tenant => tenant.TenantId))).With(found.Select(KeepOpened));
        }
    }

    /// <summary>Tenants that did not change keep their decrypted keys.</summary>
    private TenantAddresses KeepOpened(TenantAddresses read) =>
        pages is not null && pages.ById.TryGetValue(read.TenantId, out var known)
            ? read with
            {
                Channels = read.Channels.ToDictionary(
                    pair => pair.Key,
                    pair => known.Channels.TryGetValue(pair.Key, out var old) && old.Stored == pair.Value.Stored ? old : pair.Value),
            }
            : read;

    private sealed record Pages(ImmutableDictionary<string, TenantAddresses> ByKey, ImmutableDictionary<long, TenantAddresses> ById)
    {
        public static Pages Empty { get; } = new(
            ImmutableDictionary.Create<string, TenantAddresses>(StringComparer.Ordinal), ImmutableDictionary<long, TenantAddresses>.Empty);

        public Pages With(IEnumerable<TenantAddresses> tenants)
        {
            var byKey = ByKey.ToBuilder();
            var byId = ById.ToBuilder();
            foreach (var tenant in tenants)
            {
                byKey[tenant.CallbackKey] = tenant;
                byId[tenant.TenantId] = tenant;
            }

            return new Pages(byKey.ToImmutable(), byId.ToImmutable());
        }

        public Pages Without(IEnumerable<string> keys, IEnumerable<long> ids)
        {
            var gone = keys.Select(key => ByKey.GetValueOrDefault(key))
                .Concat(ids.Select(id => ById.GetValueOrDefault(id)))
                .OfType<TenantAddresses>()
                .ToList();
            return new Pages(
                ByKey.RemoveRange(gone.Select(tenant => tenant.CallbackKey)), ById.RemoveRange(gone.Select(tenant => tenant.TenantId)));
        }
    }
}
