using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Corps;

namespace WeComSync.TestKit;

/// <summary>Puts tenants with credentials into a test's database.</summary>
public static class TestTenants
{
    private static int last;

    /// <summary>Adds a tenant for a simulated company.</summary>
    /// <param name="database">Where.</param>
    /// <param name="corp">Whose secrets it gets.</param>
    /// <param name="ct">Stops the test.</param>
    /// <param name="contacts">Whether it has the contact-sync secret.</param>
    /// <param name="app">Whether it has the application's secret.</param>
    public static async Task<Tenant> AddAsync(
        TestDatabase database, Corp corp, CancellationToken ct, bool contacts = true, bool app = true)
    {
        await using var db = database.OpenContext();
        var now = DateTimeOffset.UtcNow;
        var tenant = new Tenant
        {
            Key = $"tenant-{Interlocked.Increment(ref last)}",
            Name = corp.Name,
            CorpId = corp.Id,
            CreatedAt = now,
            ChangedAt = now,
        };
        db.Tenants.Add(tenant);
        await db.SaveChangesAsync(ct);
        if (app)
        {
            tenant.Settings.Add(Settings(database, tenant, Channel.App, corp.App.Secret, corp.App.AgentId));
        }

        if (contacts)
        {
            tenant.Settings.Add(Settings(database, tenant, Channel.Contacts, corp.Contacts.Secret, agentId: null));
        }

        await db.SaveChangesAsync(ct);
        return tenant;
    }

    /// <summary>Gives a tenant a callback address on a channel of which it has settings already.</summary>
    public static async Task SetCallbackAsync(
        TestDatabase database, Tenant tenant, Channel channel, string token, string encodingAesKey, CancellationToken ct)
    {
        await using var db = database.OpenContext();
        var settings = await db.WeComSettings.SingleAsync(s => s.TenantId == tenant.Id && s.Channel == channel, ct);
        settings.Token = database.Protector.Protect(tenant.Id, SecretFields.Token(channel), token);
        settings.EncodingAesKey = database.Protector.Protect(tenant.Id, SecretFields.EncodingAesKey(channel), encodingAesKey);
        settings.CallbackSetAt = tenant.CreatedAt;
        await db.SaveChangesAsync(ct);
    }

    private static WeComSettings Settings(TestDatabase database, Tenant tenant, Channel channel, string secret, long? agentId) => new()
    {
        TenantId = tenant.Id,
        Channel = channel,
        AgentId = agentId,
        Secret = database.Protector.Protect(tenant.Id, SecretFields.Secret(channel), secret),
        SecretSetAt = tenant.CreatedAt,
    };
}
