using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Enterprises;

/// <summary>What happened at each of the enterprise's callback addresses.</summary>
/// <param name="Channels">In the order of the settings page.</param>
/// <param name="Enterprise">Whose.</param>
internal sealed record CallbackPart(IReadOnlyList<ChannelAttempts> Channels, Tenant Enterprise)
{
    public static async Task<CallbackPart> ReadAsync(SyncDbContext db, Tenant enterprise, CancellationToken ct)
    {
        var attempts = (await db.CallbackAttempts.AsNoTracking().Where(attempt => attempt.TenantId == enterprise.Id).ToListAsync(ct)).ToLookup(attempt => attempt.Channel);
        var configured = await db.WeComSettings.Where(stored => stored.TenantId == enterprise.Id && stored.Token != null).Select(stored => stored.Channel).ToListAsync(ct);
        Channel[] shown = [Channel.Contacts, Channel.Customers, Channel.App, Channel.Archive];
        return new(
            [.. shown.Select(channel => new ChannelAttempts(channel, configured.Contains(channel), [.. attempts[channel].OrderByDescending(attempt => attempt.LastAt)]))],
            enterprise);
    }
}

/// <summary>The requests to one address, by what became of them.</summary>
/// <param name="Channel">Whose address.</param>
/// <param name="Configured">Whether token and key are stored.</param>
/// <param name="Attempts">The latest first.</param>
internal sealed record ChannelAttempts(Channel Channel, bool Configured, IReadOnlyList<CallbackAttempt> Attempts);
