using WeComSync.Domain.Tenants;
using WeComSync.Worker.Tenants;

namespace WeComSync.Worker.WebConsole.Settings;

/// <summary>What was typed for one channel: what is null stays as it is, unless it is cleared. A class, not a record: a record would print its secrets.</summary>
internal sealed class ChannelChange(string? secret, string? token, string? encodingAesKey, bool clearsSecret, bool clearsCallback)
{
    public string? Token => token;

    public string? EncodingAesKey => encodingAesKey;

    public bool ClearsCallback => clearsCallback;

    /// <summary>Makes it so in the entry. A channel with nothing in it goes.</summary>
    public void Apply(TenantEntry entry, Channel channel, long? agentId)
    {
        var before = entry.Channels.GetValueOrDefault(channel);
        var after = new ChannelEntry
        {
            AgentId = channel == Channel.App ? agentId : null,
            Secret = secret ?? (clearsSecret ? null : before?.Secret),
            Token = token ?? (clearsCallback ? null : before?.Token),
            EncodingAesKey = encodingAesKey ?? (clearsCallback ? null : before?.EncodingAesKey),
        };
        if (after is { AgentId: null, Secret: null, Token: null })
        {
            entry.Channels.Remove(channel);
        }
        else
        {
            entry.Channels[channel] = after;
        }
    }
}
