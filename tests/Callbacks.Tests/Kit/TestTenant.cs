using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>A tenant with callback settings for one channel, and WeCom's side of them.</summary>
internal sealed record TestTenant(long Id, string CallbackKey, string CorpId, string Token, string EncodingAesKey, Channel Channel)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static int last;

    public CallbackCrypt WeCom => new(Token, EncodingAesKey, CorpId);

    public string Path => $"/callbacks/{CallbackKey}/{EnumText.Of(Channel)}";

    public static string NewToken() => RandomNumberGenerator.GetString(Letters, 20);

    // The last of 43 characters holds four bits: these have the spare two clear.
    public static string NewEncodingAesKey() => RandomNumberGenerator.GetString(Letters, 42) + RandomNumberGenerator.GetString("AEIMQUYcgkosw048", 1);

    public static async Task<TestTenant> AddAsync(TestDatabase database, CancellationToken ct, Channel channel = Channel.Contacts, bool enabled = true)
    {
        await using var db = database.OpenContext();
        var number = Interlocked.Increment(ref last);
        var tenant = new Tenant
        {
            Key = $"callback-{number}",
            Name = $"Callback {number}",
            CorpId = $"ww{RandomNumberGenerator.GetHexString(16, lowercase: true)}",
            Enabled = enabled,
            CreatedAt = DateTimeOffset.UtcNow,
            ChangedAt = DateTimeOffset.UtcNow,
        };
        db.Tenants.Add(tenant);
        await db.SaveChangesAsync(ct);
        var added = new TestTenant(tenant.Id, tenant.CallbackKey, tenant.CorpId, NewToken(), NewEncodingAesKey(), channel);
        db.WeComSettings.Add(new WeComSettings { TenantId = tenant.Id, Channel = channel, CallbackSetAt = DateTimeOffset.UtcNow });
        await db.SaveChangesAsync(ct);
        await added.SaveAsync(database, ct);
        return added;
    }

    /// <summary>Stores token and key as the console does, and announces it.</summary>
    public async Task SaveAsync(
        TestDatabase database, CancellationToken ct, TestTenant? former = null, DateTimeOffset? formerUntil = null, bool announce = true)
    {
        await using var db = database.OpenContext();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var settings = await db.WeComSettings.SingleAsync(s => s.TenantId == Id && s.Channel == Channel, ct);
        settings.Token = database.Protector.Protect(Id, SecretFields.Token(Channel), Token);
        settings.EncodingAesKey = database.Protector.Protect(Id, SecretFields.EncodingAesKey(Channel), EncodingAesKey);
        settings.FormerToken = former is null ? null : database.Protector.Protect(Id, SecretFields.Token(Channel), former.Token);
        settings.FormerEncodingAesKey = former is null
            ? null
            : database.Protector.Protect(Id, SecretFields.EncodingAesKey(Channel), former.EncodingAesKey);
        settings.FormerUntil = formerUntil;
        await db.SaveChangesAsync(ct);
        if (announce)
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_notify({TenantChanges.Channel}, {Id}::text)", ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>A contact event; the number makes it different from all others.</summary>
    public string UserEvent(int number, string change = "update_user") => $"""
        <xml><ToUserName><![CDATA[{CorpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1767322811</CreateTime>
        <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event><ChangeType>{change}</ChangeType>
        <UserID><![CDATA[user-{number}]]></UserID><Department><![CDATA[12,34]]></Department></xml>
        """;
}
