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

    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorVisit visit, CancellationToken ct)
    {
        var findings = new List<DoctorFinding>();
        await using var db = await contexts.CreateDbContextAsync(ct);
        var attempts = await db.CallbackAttempts.AsNoTracking().Where(attempt => attempt.TenantId == visit.Tenant.Id).ToListAsync(ct);
        foreach (var channel in new[] { Channel.Contacts, Channel.App, Channel.Customers })
        {
            var isSet = visit.SettingsOf(channel) is { Token: not null, EncodingAesKey: not null };
            // Directory changes come by contact sync alone, so the other channels are looked at only where somebody set them up.
            if (isSet || channel == Channel.Contacts)
            {
                findings.Add(Judge(visit.Tenant, channel, isSet, attempts.Where(attempt => attempt.Channel == channel).ToList()));
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
        DoctorFinding Say(DoctorVerdict verdict, DoctorText text, params object?[] more) =>
            new(Checks.Callbacks, verdict, text, [EnumText.Of(channel), PageOf(channel), url, .. more]);

        if (!isSet)
        {
            return Say(DoctorVerdict.Warning, CallbackTexts.NotSet);
        }

        var verified = Last(attempts, CallbackOutcome.Verified);
        var received = Last(attempts, CallbackOutcome.Accepted, CallbackOutcome.Duplicate);
        var good = verified > received ? verified : received ?? verified;
        var refusal = attempts.Where(attempt => IsRefusal(attempt.Outcome)).MaxBy(attempt => attempt.LastAt);
        if (refusal is not null && (good is null || refusal.LastAt > good))
        {
            return Say(DoctorVerdict.Wrong, TextOf(refusal.Outcome), Age(refusal.LastAt), EnumText.Of(refusal.Outcome));
        }

        return (verified, received) switch
        {
            (null, null) => Say(DoctorVerdict.Wrong, CallbackTexts.NeverAsked),
            _ when clock.GetUtcNow() - good > Quiet => Say(DoctorVerdict.Warning, CallbackTexts.Silent, Age(good!.Value)),
            ({ } at, null) => Say(DoctorVerdict.Ok, CallbackTexts.Verified, Age(at)),
            (null, { } at) => Say(DoctorVerdict.Ok, CallbackTexts.Unverified, Age(at)),
            ({ } check, { } at) => Say(DoctorVerdict.Ok, CallbackTexts.Good, Age(check), Age(at)),
        };
    }

    private Words Age(DateTimeOffset at) => Words.Of(clock.GetUtcNow() - at);

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
        CallbackOutcome.UnusableSettings or CallbackOutcome.NotConfigured => CallbackTexts.Unusable,
        _ => CallbackTexts.Refused,
    };

    private static Words PageOf(Channel channel) => channel switch
    {
        Channel.Contacts => CallbackTexts.ContactsPage,
        Channel.Customers => CallbackTexts.CustomersPage,
        _ => CallbackTexts.AppPage,
    };
}
