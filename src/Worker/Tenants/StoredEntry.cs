using System.Security.Cryptography;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Tenants;

/// <summary>Opens what is stored of a tenant, so that an edit can change a part and leave the rest.</summary>
internal static class StoredEntry
{
    /// <param name="tenant">With its settings and schedules.</param>
    /// <param name="archiveKeys">Its archive keys.</param>
    /// <param name="protector">Opens the secrets. One that no longer opens counts as not set.</param>
    public static TenantEntry Of(Tenant tenant, IEnumerable<ArchiveKey> archiveKeys, SecretProtector protector)
    {
        string? Open(string field, string? stored)
        {
            try
            {
                return stored is null ? null : protector.Unprotect(tenant.Id, field, stored);
            }
            catch (CryptographicException)
            {
                return null;
            }
        }

        return new TenantEntry
        {
            Key = tenant.Key,
            Name = tenant.Name,
            CorpId = tenant.CorpId,
            Enabled = tenant.Enabled,
            SwitchedOn = tenant.SwitchedOn,
            TimeZone = tenant.TimeZone,
            Channels = tenant.Settings.ToDictionary(stored => stored.Channel, stored => new ChannelEntry
            {
                AgentId = stored.AgentId,
                Secret = Open(SecretFields.Secret(stored.Channel), stored.Secret),
                Token = Open(SecretFields.Token(stored.Channel), stored.Token),
                EncodingAesKey = Open(SecretFields.EncodingAesKey(stored.Channel), stored.EncodingAesKey),
            }),
            ArchiveKeys = archiveKeys
                .Select(key => (key.Version, Pem: Open(SecretFields.ArchiveKey(key.Version), key.Pem)))
                .Where(key => key.Pem is not null)
                .ToDictionary(key => key.Version, key => key.Pem!),
            Schedules = tenant.Schedules.ToDictionary(schedule => schedule.Kind, schedule => schedule.Cron),
            MaxRemovedPercent = tenant.MaxRemovedPercent,
            MaxRemoved = tenant.MaxRemoved,
        };
    }

    /// <summary>Names of the values that differ, as the tenant file calls them, for example <c>contacts.secret</c>.</summary>
    public static IReadOnlyList<string> Differences(TenantEntry before, TenantEntry after)
    {
        var differences = new List<string>();
        Note("name", before.Name != after.Name);
        Note("corpId", before.CorpId != after.CorpId);
        Note("enabled", before.Enabled != after.Enabled);
        Note("switchedOn", before.SwitchedOn != after.SwitchedOn);
        Note("timeZone", before.TimeZone != after.TimeZone);
        Note("guard", (before.MaxRemovedPercent, before.MaxRemoved) != (after.MaxRemovedPercent, after.MaxRemoved));
        foreach (var channel in Enum.GetValues<Channel>())
        {
            var (old, now) = (before.Channels.GetValueOrDefault(channel), after.Channels.GetValueOrDefault(channel));
            var name = EnumText.Of(channel);
            Note($"{name}.agentId", old?.AgentId != now?.AgentId);
            Note($"{name}.secret", old?.Secret != now?.Secret);
            Note($"{name}.token", old?.Token != now?.Token);
            Note($"{name}.encodingAesKey", old?.EncodingAesKey != now?.EncodingAesKey);
        }

        Note("archive.privateKeys", !before.ArchiveKeys.OrderBy(key => key.Key).SequenceEqual(after.ArchiveKeys.OrderBy(key => key.Key)));
        return differences;

        void Note(string name, bool differs)
        {
            if (differs)
            {
                differences.Add(name);
            }
        }
    }
}
