using System.Security.Cryptography;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Tenants;

/// <summary>
/// Makes one tenant's stored settings those of its file entry, and touches only what differs: what is stored is
/// decrypted to compare, because the same text never encrypts to the same bytes twice.
/// </summary>
internal sealed class TenantSettingsWriter(SyncDbContext db, SecretProtector protector, DateTimeOffset now)
{
    /// <summary>How long callbacks signed with the former token are still accepted: WeCom repeats them, and people paste slowly.</summary>
    private static readonly TimeSpan FormerAccepted = TimeSpan.FromMinutes(5);

    /// <param name="tenant">With its settings and schedules, and with an id: secrets are protected for it.</param>
    /// <param name="archiveKeys">The tenant's stored archive keys.</param>
    /// <param name="entry">What the file wants.</param>
    /// <returns>The keys of the file's blocks and values that differed.</returns>
    public IReadOnlyList<string> Write(Tenant tenant, IReadOnlyList<ArchiveKey> archiveKeys, TenantEntry entry)
    {
        var changed = new List<string>();
        Note("name", tenant.Name != entry.Name);
        Note("corpId", tenant.CorpId != entry.CorpId);
        Note("enabled", tenant.Enabled != entry.Enabled);
        Note("switchedOn", tenant.SwitchedOn != (entry.SwitchedOn ?? tenant.SwitchedOn));
        Note("timeZone", tenant.TimeZone != entry.TimeZone);
        Note("guard", (tenant.MaxRemovedPercent, tenant.MaxRemoved) != (entry.MaxRemovedPercent, entry.MaxRemoved));
        tenant.Name = entry.Name;
        tenant.CorpId = entry.CorpId;
        tenant.Enabled = entry.Enabled;
        tenant.SwitchedOn = entry.SwitchedOn ?? tenant.SwitchedOn;
        tenant.TimeZone = entry.TimeZone;
        tenant.MaxRemovedPercent = entry.MaxRemovedPercent;
        tenant.MaxRemoved = entry.MaxRemoved;
        foreach (var channel in Enum.GetValues<Channel>())
        {
            var differs = WriteChannel(tenant, channel, entry.Channels.GetValueOrDefault(channel));
            if (channel == Channel.Archive)
            {
                differs |= WriteArchiveKeys(tenant, archiveKeys, entry.ArchiveKeys);
            }

            Note(EnumText.Of(channel), differs);
        }

        Note("schedules", WriteSchedules(tenant, entry));
        return changed;

        void Note(string block, bool differs)
        {
            if (differs)
            {
                changed.Add(block);
            }
        }
    }

    private bool WriteChannel(Tenant tenant, Channel channel, ChannelEntry? entry)
    {
        var stored = tenant.Settings.SingleOrDefault(s => s.Channel == channel);
        if (entry is null)
        {
            if (stored is not null)
            {
                db.Remove(stored);
            }

            return stored is not null;
        }

        var isNew = stored is null;
        if (stored is null)
        {
            stored = new WeComSettings { TenantId = tenant.Id, Channel = channel };
            tenant.Settings.Add(stored);
        }

        var agentDiffers = stored.AgentId != entry.AgentId;
        stored.AgentId = entry.AgentId;
        // No '||': each must do its work.
        return isNew | agentDiffers | WriteSecret(stored, entry) | WriteCallback(stored, entry);
    }

    private bool WriteSecret(WeComSettings stored, ChannelEntry entry)
    {
        var field = SecretFields.Secret(stored.Channel);
        if (IsStored(stored.TenantId, field, stored.Secret, entry.Secret))
        {
            return false;
        }

        stored.Secret = Protect(stored.TenantId, field, entry.Secret);
        stored.SecretSetAt = entry.Secret is null ? null : now;
        return true;
    }

    private bool WriteCallback(WeComSettings stored, ChannelEntry entry)
    {
        var (token, key) = (SecretFields.Token(stored.Channel), SecretFields.EncodingAesKey(stored.Channel));
        if (IsStored(stored.TenantId, token, stored.Token, entry.Token) && IsStored(stored.TenantId, key, stored.EncodingAesKey, entry.EncodingAesKey))
        {
            return false;
        }

        // Both go together: a callback under way was signed and encrypted with the former pair. Removed means removed.
        var keepsFormer = entry.Token is not null
            && Open(stored.TenantId, token, stored.Token) is not null && Open(stored.TenantId, key, stored.EncodingAesKey) is not null;
        stored.FormerToken = keepsFormer ? stored.Token : null;
        stored.FormerEncodingAesKey = keepsFormer ? stored.EncodingAesKey : null;
        stored.FormerUntil = keepsFormer ? now + FormerAccepted : null;
        stored.Token = Protect(stored.TenantId, token, entry.Token);
        stored.EncodingAesKey = Protect(stored.TenantId, key, entry.EncodingAesKey);
        stored.CallbackSetAt = entry.Token is null ? null : now;
        return true;
    }

    private bool WriteArchiveKeys(Tenant tenant, IReadOnlyList<ArchiveKey> stored, Dictionary<int, string> wanted)
    {
        var unwanted = stored.Where(key => !wanted.ContainsKey(key.Version)).ToList();
        db.RemoveRange(unwanted);
        var differs = unwanted.Count > 0;
        foreach (var (version, pem) in wanted)
        {
            var key = stored.SingleOrDefault(k => k.Version == version);
            var field = SecretFields.ArchiveKey(version);
            if (IsStored(tenant.Id, field, key?.Pem, pem))
            {
                continue;
            }

            differs = true;
            var protectedPem = protector.Protect(tenant.Id, field, pem);
            if (key is null)
            {
                db.Add(new ArchiveKey { TenantId = tenant.Id, Version = version, Pem = protectedPem, SetAt = now });
            }
            else
            {
                key.Pem = protectedPem;
                key.SetAt = now;
            }
        }

        return differs;
    }

    private bool WriteSchedules(Tenant tenant, TenantEntry entry)
    {
        var unwanted = tenant.Schedules.Where(s => !entry.Schedules.ContainsKey(s.Kind)).ToList();
        db.RemoveRange(unwanted);
        var differs = unwanted.Count > 0;
        foreach (var (kind, cron) in entry.Schedules)
        {
            var stored = tenant.Schedules.SingleOrDefault(s => s.Kind == kind);
            if (stored is null)
            {
                tenant.Schedules.Add(new Schedule { TenantId = tenant.Id, Kind = kind, Cron = cron });
            }

            differs |= stored?.Cron != cron;
            stored?.Cron = cron;
        }

        return differs;
    }

    private string? Protect(long tenantId, string field, string? secret) => secret is null ? null : protector.Protect(tenantId, field, secret);

    private bool IsStored(long tenantId, string field, string? stored, string? wanted) =>
        stored is null ? wanted is null : wanted is not null && Open(tenantId, field, stored) == wanted;

    /// <returns>Null if nothing is stored, or what is stored no longer opens: storing it anew mends that.</returns>
    private string? Open(long tenantId, string field, string? stored)
    {
        try
        {
            return stored is null ? null : protector.Unprotect(tenantId, field, stored);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
