using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Settings;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>企业微信设置: credentials and callback values. Secrets go in and never come out.</summary>
[FreshLogin]
internal sealed class WeComSettingsModel(TenantEdit edit, AuditLog audit, SyncDbContext db, CallbackAddresses addresses) : SettingsPage(edit, audit)
{
    /// <summary>Secrets that are stored, and since when.</summary>
    public Dictionary<string, DateTimeOffset?> SetAt { get; } = [];

    public IReadOnlyList<int> KeyVersions { get; private set; } = [];

    public bool IsPublic => addresses.PublicUrl is not null;

    public IReadOnlyList<(string Id, string Label, string Url)> Urls =>
    [
        ("url-contacts", T["通讯录URL"], UrlOf(Channel.Contacts)),
        ("url-customers", T["客户联系URL"], UrlOf(Channel.Customers)),
        ("url-app", T["应用URL"], UrlOf(Channel.App)),
        ("url-archive", T["会话存档URL"], UrlOf(Channel.Archive)),
    ];

    public Task OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var stored = await db.WeComSettings.AsNoTracking().Where(s => s.TenantId == Enterprise.Id).ToDictionaryAsync(s => s.Channel, ct);
        var cleared = Request.Form["clear"].OfType<string>().ToHashSet();
        var on = Request.Form["enabled"] == "true";
        Values["enabled"] = on ? "true" : "";
        var corpId = Read("corpId", required: true);
        var agentId = Read("app.agentId");
        var typed = Enum.GetValues<Channel>().ToDictionary(channel => channel, channel => ReadChannel(channel, stored.GetValueOrDefault(channel), cleared));
        var (version, pem) = (Read("archive.version"), Read("archive.pem"));
        Values.Remove("archive.pem");
        if (version is null != pem is null && Problems.Count == 0)
        {
            Problems[version is null ? "archive.version" : "archive.pem"] = T["版本号与私钥要一起填写。"];
        }

        return await SaveAsync(
            (entry, _) =>
            {
                (entry.CorpId, entry.SwitchedOn) = (corpId!, on);
                foreach (var (channel, change) in typed)
                {
                    change.Apply(entry, channel, channel == Channel.App && agentId is not null ? long.Parse(agentId, CultureInfo.InvariantCulture) : null);
                }

                if (pem is not null)
                {
                    entry.ArchiveKeys[int.Parse(version!, CultureInfo.InvariantCulture)] = pem;
                }
            },
            AddressOf("/wecom") + "#urls",
            T["已保存。现在可以把下面的回调地址粘贴到企业微信。"],
            ct);
    }

    public async Task<IActionResult> OnPostResetAsync(CancellationToken ct)
    {
        await Edit.RunAsync(
            Enterprise.Id, null, (_, tenant) => tenant.ResetCallbackKey(), _ => Audit.Entry(Enterprise.Id, AuditAction.CallbackReset, null), ct);
        // What came to the old addresses says nothing about the new ones.
        await db.CallbackAttempts.Where(attempt => attempt.TenantId == Enterprise.Id).ExecuteDeleteAsync(ct);
        return Accepted(AddressOf("/wecom") + "#urls", T["回调地址已重置。请到企业微信粘贴新地址。"]);
    }

    protected override async Task ShowAsync(CancellationToken ct)
    {
        await base.ShowAsync(ct);
        Values["enabled"] = Enterprise.SwitchedOn ? "true" : "";
        Values["corpId"] = Enterprise.CorpId;
        foreach (var stored in await db.WeComSettings.AsNoTracking().Where(s => s.TenantId == Enterprise.Id).ToListAsync(ct))
        {
            var name = EnumText.Of(stored.Channel);
            if (stored.AgentId is { } agentId)
            {
                Values["app.agentId"] = agentId.ToString(CultureInfo.InvariantCulture);
            }

            Note($"{name}.secret", stored.Secret, stored.SecretSetAt);
            Note($"{name}.token", stored.Token, stored.CallbackSetAt);
            Note($"{name}.encodingAesKey", stored.EncodingAesKey, stored.CallbackSetAt);
        }

        KeyVersions = await db.ArchiveKeys.Where(key => key.TenantId == Enterprise.Id).OrderBy(key => key.Version).Select(key => key.Version).ToListAsync(ct);

        void Note(string field, string? secret, DateTimeOffset? at)
        {
            if (secret is not null)
            {
                SetAt[field] = at;
            }
        }
    }

    private ChannelChange ReadChannel(Channel channel, WeComSettings? stored, HashSet<string> cleared)
    {
        var name = EnumText.Of(channel);
        var change = new ChannelChange(
            ReadSecret($"{name}.secret"), ReadSecret($"{name}.token"), ReadSecret($"{name}.encodingAesKey"),
            cleared.Contains($"{name}.secret"), cleared.Contains($"{name}.token") || cleared.Contains($"{name}.encodingAesKey"));
        var hasToken = change.Token is not null || (stored?.Token is not null && !change.ClearsCallback);
        var hasKey = change.EncodingAesKey is not null || (stored?.EncodingAesKey is not null && !change.ClearsCallback);
        if (hasToken != hasKey)
        {
            Problems.TryAdd(hasToken ? $"{name}.encodingAesKey" : $"{name}.token", T["Token 与 EncodingAESKey 要一起填写。"]);
        }

        return change;
    }

    /// <summary>Never goes back into the page.</summary>
    private string? ReadSecret(string field)
    {
        var text = Read(field);
        Values.Remove(field);
        return text;
    }

    private string UrlOf(Channel channel) => addresses.UrlOf(Enterprise, channel) ?? CallbackAddresses.PathOf(Enterprise, channel);
}
