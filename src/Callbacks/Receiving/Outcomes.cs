using System.Diagnostics;
using WeComSync.Callbacks.Hosting;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Receiving;

/// <summary>Tells operators what became of requests: figures always, a line per reason and second, never anything of the body.</summary>
internal sealed partial class Outcomes(CallbackMetrics metrics, AttemptLog attempts, TimeProvider clock, ILogger<Outcomes> logger)
{
    private readonly LineLimit[] limits = [.. Enum.GetValues<CallbackOutcome>().Select(_ => new LineLimit())];

    /// <param name="channel">The address that was used.</param>
    /// <param name="tenantId">Whose address it is; null when it is nobody's.</param>
    /// <param name="outcome">What became of the request.</param>
    /// <param name="started">When the request began, by <see cref="Stopwatch"/>.</param>
    public void Record(Channel channel, long? tenantId, CallbackOutcome outcome, long started)
    {
        metrics.Answered(channel, outcome, Stopwatch.GetElapsedTime(started));
        if (tenantId is { } known)
        {
            attempts.Count(known, channel, outcome);
        }

        if (ActionFor(outcome) is { } action && limits[(int)outcome].TryTake(clock.GetTimestamp() / clock.TimestampFrequency, out var count))
        {
            LogRefused(tenantId, channel, outcome, count, action);
        }
    }

    /// <summary>Which side must change what; null for what is no refusal.</summary>
    private static string? ActionFor(CallbackOutcome outcome) => outcome switch
    {
        CallbackOutcome.Accepted or CallbackOutcome.Duplicate or CallbackOutcome.Verified => null,
        CallbackOutcome.UnknownKey => "No tenant has this address. If WeCom sends this, copy the tenant's current address into WeCom again",
        CallbackOutcome.Disabled => "The tenant is disabled here. Enable it, or remove the address in WeCom",
        CallbackOutcome.PluginOff => "The platform's plug-in is switched off, for every tenant. Switch it on in the console under 平台 if events are wanted",
        CallbackOutcome.NotConfigured => "The tenant has no Token and EncodingAESKey for this channel here. Enter those shown in WeCom",
        CallbackOutcome.UnusableSettings =>
            "The stored Token or EncodingAESKey does not open. Check Secrets:CertificatePath, or enter both again here",
        CallbackOutcome.WrongSignature => "The Token here is not the one in WeCom. Copy WeCom's Token of this channel into the tenant's settings",
        CallbackOutcome.WrongEncodingAesKey =>
            "The EncodingAESKey here is not the one in WeCom. Copy WeCom's EncodingAESKey of this channel into the tenant's settings",
        CallbackOutcome.WrongReceiver => "The corp id here is not the sender's. Correct the tenant's corp id, or the address in WeCom",
        CallbackOutcome.Malformed => "Not of WeCom's form. If WeCom sends it through a proxy, the proxy must not change query or body",
        CallbackOutcome.MalformedMessage => "Signed by the tenant's keys, but the message is no XML or JSON within the limits. Tell the developers",
        CallbackOutcome.TooLarge => "Larger than 1 MiB, which WeCom's messages are not",
        CallbackOutcome.Unsupported => "Compressed, which WeCom's messages are not. A proxy in front must not compress requests",
        CallbackOutcome.TooSlow => "The sender was too slow, or the line to it is",
        CallbackOutcome.Unavailable => "Not kept anywhere, WeCom will repeat it for some seconds. Look at PostgreSQL and at the spool's disk now; if both are well, somebody sends many large requests at once: block that source in front of this host",
        _ => throw new UnreachableException(),
    };

    [LoggerMessage(LogLevel.Warning, "Callback refused for tenant {TenantId}, channel {Channel}: {Outcome}, {Count} since the last such line. {Action}")]
    private partial void LogRefused(long? tenantId, Channel channel, CallbackOutcome outcome, int count, string action);
}
