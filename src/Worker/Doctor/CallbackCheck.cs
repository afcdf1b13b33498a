using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Doctor;

/// <summary>What the callback hosts wrote down about each of a tenant's addresses.</summary>
internal sealed class CallbackCheck(IDbContextFactory<SyncDbContext> contexts, CallbackAddresses addresses, TimeProvider clock)
{
    /// <summary>Companies of a few people change less often than this only now and then.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(7);

    /// <param name="tenant">With its settings.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(Tenant tenant, CancellationToken ct)
    {
        var findings = new List<DoctorFinding>();
        await using var db = await contexts.CreateDbContextAsync(ct);
        var attempts = (await db.CallbackAttempts.AsNoTracking().Where(attempt => attempt.TenantId == tenant.Id).ToListAsync(ct)).ToLookup(attempt => attempt.Channel);
        foreach (var channel in new[] { Channel.Contacts, Channel.App, Channel.Customers, Channel.Archive })
        {
            var settings = tenant.Settings.FirstOrDefault(stored => stored.Channel == channel);
            var isSet = settings is { Token: not null, EncodingAesKey: not null };
            // Directory changes come by contact sync alone, so the other channels are looked at only where somebody set them up.
            if (isSet || channel == Channel.Contacts || attempts[channel].Any())
            {
                // What came before token and key were stored says nothing about them.
                findings.Add(Judge(tenant, channel, isSet, [.. attempts[channel].Where(attempt => !(attempt.LastAt < settings?.CallbackSetAt))]));
            }
        }

        if (addresses.PublicUrl is null)
        {
            findings.Add(new DoctorFinding(Checks.Callbacks, DoctorVerdict.Warning, CallbackTexts.NoPublicUrl));
        }

        return findings;
    }

    private DoctorFinding Judge(Tenant tenant, Channel channel, bool isSet, List<CallbackAttempt> attempts)
    {
        var url = addresses.UrlOf(tenant, channel) ?? CallbackAddresses.PathOf(tenant, channel);
        DoctorFinding Say(DoctorVerdict verdict, DoctorText text, string page, params object?[] more) =>
            new(Checks.Callbacks, verdict, text, [NameOf(channel), PageOf(channel), url, EnumText.Of(channel), .. more])
            {
                CallbackOf = channel,
                Page = page,
            };

        var verified = Last(attempts, CallbackOutcome.Verified);
        var received = Last(attempts, CallbackOutcome.Accepted, CallbackOutcome.Duplicate);
        var good = verified > received ? verified : received ?? verified;
        var refusal = attempts.Where(attempt => IsRefusal(attempt.Outcome)).MaxBy(attempt => attempt.LastAt);
        var field = $"/wecom#{EnumText.Of(channel)}-token";
        if (!isSet)
        {
            return refusal is { Outcome: CallbackOutcome.NotConfigured }
                ? Say(DoctorVerdict.Wrong, CallbackTexts.NotConfigured, field, Age(refusal.LastAt))
                : Say(DoctorVerdict.Warning, CallbackTexts.NotSet, field);
        }

        if (refusal is not null && (good is null || refusal.LastAt > good))
        {
            return Say(
                DoctorVerdict.Wrong, TextOf(refusal.Outcome), PageFor(refusal.Outcome, field), Age(refusal.LastAt), EnumText.Of(refusal.Outcome));
        }

        const string Urls = "/wecom#urls";
        return (verified, received) switch
        {
            (null, null) => Say(DoctorVerdict.Wrong, CallbackTexts.NeverAsked, Urls),
            _ when clock.GetUtcNow() - good > Quiet => Say(DoctorVerdict.Warning, CallbackTexts.Silent, Urls, Age(good!.Value)),
            ({ } at, null) => Say(DoctorVerdict.Ok, CallbackTexts.Verified, Urls, Age(at)),
            (null, { } at) => Say(DoctorVerdict.Ok, CallbackTexts.Unverified, Urls, Age(at)),
            ({ } check, { } at) => Say(DoctorVerdict.Ok, CallbackTexts.Good, Urls, Age(check), Age(at)),
        };
    }

    /// <summary>In minutes at the least: somebody may be watching, or have it read to him, and seconds would never be the same twice.</summary>
    private Words Age(DateTimeOffset at) => (clock.GetUtcNow() - at) switch
    {
        { TotalMinutes: < 1 } => CallbackTexts.Moments,
        { TotalMinutes: < 2 } => CallbackTexts.Minute,
        var age => Words.Of(age),
    };

    private static DateTimeOffset? Last(List<CallbackAttempt> attempts, params ReadOnlySpan<CallbackOutcome> outcomes)
    {
        DateTimeOffset? last = null;
        foreach (var attempt in attempts)
        {
            if (outcomes.Contains(attempt.Outcome) && !(last > attempt.LastAt))
            {
                last = attempt.LastAt;
            }
        }

        return last;
    }

    private static bool IsRefusal(CallbackOutcome outcome) =>
        outcome is not (CallbackOutcome.Accepted or CallbackOutcome.Duplicate or CallbackOutcome.Verified or CallbackOutcome.UnknownKey);

    private static DoctorText TextOf(CallbackOutcome outcome) => outcome switch
    {
        CallbackOutcome.WrongSignature => CallbackTexts.WrongSignature,
        CallbackOutcome.WrongEncodingAesKey => CallbackTexts.WrongKey,
        CallbackOutcome.WrongReceiver => CallbackTexts.WrongReceiver,
        CallbackOutcome.Disabled => CallbackTexts.Disabled,
        CallbackOutcome.PluginOff => CallbackTexts.PluginOff,
        CallbackOutcome.UnusableSettings or CallbackOutcome.NotConfigured => CallbackTexts.Unusable,
        _ => CallbackTexts.Refused,
    };

    private static string PageFor(CallbackOutcome outcome, string field) => outcome switch
    {
        CallbackOutcome.Disabled => "/wecom",
        CallbackOutcome.WrongReceiver => "/wecom#corpId",
        _ => field,
    };

    private static Words NameOf(Channel channel) => channel switch
    {
        Channel.Contacts => CallbackTexts.Contacts,
        Channel.Customers => CallbackTexts.Customers,
        Channel.App => CallbackTexts.App,
        _ => CallbackTexts.Archive,
    };

    private static Words PageOf(Channel channel) => channel switch
    {
        Channel.Contacts => CallbackTexts.ContactsPage,
        Channel.Customers => CallbackTexts.CustomersPage,
        Channel.App => CallbackTexts.AppPage,
        _ => CallbackTexts.ArchivePage,
    };
}
