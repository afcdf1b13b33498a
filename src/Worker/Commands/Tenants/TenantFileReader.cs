using System.Text.Json;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Tenants;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary>Reads the tenants of a file, and lists everything that is wrong rather than stopping at the first.</summary>
internal sealed class TenantFileReader(TextSources sources, List<string> problems)
{
    public IReadOnlyList<TenantEntry> Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Array)
        {
            problems.Add("the file must be a JSON array of tenants: [{\"key\":…}]");
            return [];
        }

        var tenants = new List<TenantEntry>();
        var first = new Dictionary<string, string>();
        foreach (var element in root.EnumerateArray())
        {
            var tenant = new FileObject(
                element,
                $"[{tenants.Count}]",
                sources,
                problems,
                "key", "name", "corpId", "enabled", "timeZone", "app", "contacts", "customers", "archive", "schedules", "guard");
            var entry = ReadTenant(tenant);
            if (entry.Key.Length > 0 && !first.TryAdd(entry.Key, tenant.Path))
            {
                tenant.Report("key", $"is the key of {first[entry.Key]} too; every tenant needs its own");
            }

            tenants.Add(entry);
        }

        return tenants;
    }

    private static TenantEntry ReadTenant(FileObject tenant)
    {
        tenant.Require("key", "name", "corpId");
        var archive = tenant.Object("archive", "secret", "privateKeys", "token", "encodingAesKey");
        var guard = tenant.Object("guard", "maxRemovedPercent", "maxRemoved");
        return new TenantEntry
        {
            Key = tenant.Text("key", TextRules.Key) ?? "",
            Name = tenant.Text("name", TextRules.Name) ?? "",
            CorpId = tenant.Text("corpId", TextRules.CorpId) ?? "",
            Enabled = tenant.Flag("enabled") ?? true,
            TimeZone = tenant.Text("timeZone", TextRules.TimeZone) ?? Tenant.DefaultTimeZone,
            Channels = ReadChannels(
                (Channel.App, tenant.Object("app", "agentId", "secret", "token", "encodingAesKey")),
                (Channel.Contacts, tenant.Object("contacts", "secret", "token", "encodingAesKey")),
                (Channel.Customers, tenant.Object("customers", "secret", "token", "encodingAesKey")),
                (Channel.Archive, archive)),
            ArchiveKeys = ReadArchiveKeys(archive),
            Schedules = ReadSchedules(tenant.Object("schedules", "full", "incremental", "customers")),
            MaxRemovedPercent = guard?.WholeNumber("maxRemovedPercent", 0, 100) ?? Tenant.DefaultMaxRemovedPercent,
            MaxRemoved = guard?.WholeNumber("maxRemoved", 0, int.MaxValue) ?? Tenant.DefaultMaxRemoved,
        };
    }

    private static Dictionary<Channel, ChannelEntry> ReadChannels(params ReadOnlySpan<(Channel Channel, FileObject? Block)> blocks)
    {
        var channels = new Dictionary<Channel, ChannelEntry>();
        foreach (var (channel, block) in blocks)
        {
            if (block is not null)
            {
                channels.Add(channel, ReadChannel(block));
            }
        }

        return channels;
    }

    private static ChannelEntry ReadChannel(FileObject block)
    {
        if (block.Has("token") != block.Has("encodingAesKey"))
        {
            var missing = block.Has("token") ? "encodingAesKey" : "token";
            block.Report(missing, "is missing; callbacks need token and encodingAesKey together");
        }

        return new ChannelEntry
        {
            AgentId = block.WholeNumber("agentId", 1, int.MaxValue),
            Secret = block.Text("secret", TextRules.Secret),
            Token = block.Text("token", TextRules.Token),
            EncodingAesKey = block.Text("encodingAesKey", TextRules.EncodingAesKey),
        };
    }

    private static Dictionary<int, string> ReadArchiveKeys(FileObject? archive)
    {
        var keys = new Dictionary<int, string>();
        foreach (var key in archive?.Objects("privateKeys", "version", "pem") ?? [])
        {
            key.Require("version", "pem");
            var pem = key.Text("pem", TextRules.PrivateKey) ?? "";
            if (key.WholeNumber("version", 1, int.MaxValue) is { } version && !keys.TryAdd(version, pem))
            {
                key.Report("version", "is the version of another key too");
            }
        }

        return keys;
    }

    private static Dictionary<SyncKind, string> ReadSchedules(FileObject? block)
    {
        var schedules = new Dictionary<SyncKind, string>();
        foreach (var kind in SyncKinds.Scheduled)
        {
            if (block?.Text(EnumText.Of(kind), TextRules.Cron) is { } cron)
            {
                schedules.Add(kind, cron);
            }
        }

        return schedules;
    }
}
