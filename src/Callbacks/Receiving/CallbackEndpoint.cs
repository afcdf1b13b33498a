using System.Diagnostics;
using System.Security.Cryptography;
using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Keys;
using WeComSync.Callbacks.Verification;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Receiving;

/// <summary>Answers WeCom. Whoever has not the tenant's keys learns nothing: every such request is worked on and answered alike.</summary>
/// <remarks>WeCom waits 5 seconds and tries three times in all. https://developer.work.weixin.qq.com/document/path/90930</remarks>
internal sealed class CallbackEndpoint(
    AddressBook book,
    AddressReader reader,
    SecretKeys secrets,
    EventKeeper keeper,
    SourceLimit limit,
    BodyBudget bodies,
    Outcomes outcomes,
    CallbackMetrics metrics,
    TimeProvider clock)
{
    private static readonly ReadOnlyMemory<byte> Success = "success"u8.ToArray();

    /// <summary>WeCom checks an address that somebody saves: the decrypted echo, plain and alone, within a second.</summary>
    public async Task EchoAsync(HttpContext context, string callbackKey, Channel channel)
    {
        var started = Stopwatch.GetTimestamp();
        if (!book.IsLoaded)
        {
            Answer(context, channel, null, CallbackOutcome.Unavailable, started);
            return;
        }

        var query = CallbackQuery.Read(context.Request.QueryString.Value);
        if (query is not { Echo: { } echo } || !CipherText.IsWellFormed(echo))
        {
            Answer(context, channel, book.Find(callbackKey, channel).TenantId, CallbackOutcome.Malformed, started);
            return;
        }

        var opened = await VerifyAsync(context, callbackKey, channel, query.With(echo));
        Answer(context, channel, opened.TenantId, opened.Outcome, started);
        if (opened.Outcome == CallbackOutcome.Verified)
        {
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = opened.Message.Length;
            await context.Response.BodyWriter.WriteAsync(opened.Message, context.RequestAborted);
        }
    }

    /// <summary>An event: 200 only when it is on disk.</summary>
    public async Task ReceiveAsync(HttpContext context, string callbackKey, Channel channel)
    {
        var started = Stopwatch.GetTimestamp();
        var (tenantId, outcome) = book.IsLoaded
            ? await ReceiveCheckedAsync(context, callbackKey, channel)
            : (null, CallbackOutcome.Unavailable);
        Answer(context, channel, tenantId, outcome, started);
        if (context.Response.StatusCode == StatusCodes.Status200OK)
        {
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = Success.Length;
            await context.Response.BodyWriter.WriteAsync(Success, context.RequestAborted);
        }
    }

    private async Task<(long? TenantId, CallbackOutcome Outcome)> ReceiveCheckedAsync(HttpContext context, string callbackKey, Channel channel)
    {
        var tenantId = book.Find(callbackKey, channel).TenantId;
        var request = context.Request;
        if (!request.Headers.ContentEncoding.All(IsPlain))
        {
            return (tenantId, CallbackOutcome.Unsupported);
        }

        if (request.ContentLength > RequestBody.MaxBytes)
        {
            return (tenantId, CallbackOutcome.TooLarge);
        }

        if (CallbackQuery.Read(request.QueryString.Value) is not { } query)
        {
            return (tenantId, CallbackOutcome.Malformed);
        }

        using var body = new RequestBody(bodies);
        try
        {
            var result = await body.ReadAsync(request, context.RequestAborted);
            if (result != BodyResult.Whole)
            {
                return (tenantId, result == BodyResult.TooLarge ? CallbackOutcome.TooLarge : CallbackOutcome.Unavailable);
            }
        }
        catch (BadHttpRequestException refused)
        {
            return (tenantId, refused.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => CallbackOutcome.TooLarge,
                StatusCodes.Status408RequestTimeout => CallbackOutcome.TooSlow,
                _ => CallbackOutcome.Malformed,
            });
        }
        catch (Exception cut) when (cut is OperationCanceledException or IOException)
        {
            return (tenantId, CallbackOutcome.TooSlow);
        }

        if (CallbackEnvelope.ReadEncrypted(body.Bytes) is not { } encrypted || !CipherText.IsWellFormed(encrypted))
        {
            return (tenantId, CallbackOutcome.Malformed);
        }

        var opened = await VerifyAsync(context, callbackKey, channel, query.With(encrypted));
        if (opened.Outcome != CallbackOutcome.Verified)
        {
            return (opened.TenantId, opened.Outcome);
        }

        metrics.Skewed((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds - query.Seconds());
        return (opened.TenantId, await KeepAsync(opened.TenantId!.Value, channel, opened.Message));
    }

    /// <summary>A proxy may name the encoding of a body that it did not change.</summary>
    private static bool IsPlain(string? encodings) =>
        string.IsNullOrWhiteSpace(encodings)
        || encodings.Split(',', StringSplitOptions.TrimEntries).All(encoding => encoding.Equals("identity", StringComparison.OrdinalIgnoreCase));

    private async Task<CallbackOutcome> KeepAsync(long tenantId, Channel channel, ReadOnlyMemory<byte> message)
    {
        if (MessageReader.Read(message.Span) is not { } facts)
        {
            return CallbackOutcome.MalformedMessage;
        }

        var (kept, welcomeCode) = WelcomeCode.Take(message.Span, facts);
        var result = await keeper.KeepAsync(new InboxEvent(
            tenantId,
            channel,
            SHA256.HashData(message.Span),
            clock.GetUtcNow(),
            facts.CreateTime,
            facts.Event,
            facts.ChangeType,
            facts.ObjectKey,
            secrets.Protector.Protect(tenantId, SecretFields.CallbackPayload, kept),
            welcomeCode is null ? null : secrets.Protector.Protect(tenantId, SecretFields.WelcomeCode, welcomeCode)));
        return result switch
        {
            KeepResult.Stored or KeepResult.Overflowed => CallbackOutcome.Accepted,
            KeepResult.Duplicate => CallbackOutcome.Duplicate,
            _ => CallbackOutcome.Unavailable,
        };
    }

    /// <summary>
    /// Verifies against what is known; if that fails, once more against what the database says now, because settings may have been
    /// saved a moment ago. An unknown address takes the same way as a wrong signature.
    /// </summary>
    private async Task<Opened> VerifyAsync(HttpContext context, string callbackKey, Channel channel, SignedFields fields)
    {
        var opened = Open(callbackKey, channel, fields);
        if (opened.Outcome != CallbackOutcome.Verified && !limit.IsOver(context.Connection.RemoteIpAddress))
        {
            await reader.LookAsync(callbackKey, context.RequestAborted);
            opened = Open(callbackKey, channel, fields);
        }

        return opened;
    }

    private Opened Open(string callbackKey, Channel channel, in SignedFields fields)
    {
        var address = book.Find(callbackKey, channel);
        var outcome = CallbackVerifier.Open(address.Keys, fields, clock.GetUtcNow(), out var message);
        // A wrong signature at a disabled tenant's address is a wrong signature; an address without keys never gets that far.
        return outcome == CallbackOutcome.Verified && address.Obstacle is null
            ? new Opened(address.TenantId, outcome, message)
            : new Opened(address.TenantId, ObstacleOr(address, outcome), default);
    }

    private static CallbackOutcome ObstacleOr(CallbackAddress address, CallbackOutcome outcome) =>
        address.Obstacle is { } obstacle && (obstacle is not (CallbackOutcome.Disabled or CallbackOutcome.PluginOff) || outcome == CallbackOutcome.Verified) ? obstacle : outcome;

    private void Answer(HttpContext context, Channel channel, long? tenantId, CallbackOutcome outcome, long started)
    {
        var status = StatusOf(outcome);
        context.Response.StatusCode = status;
        outcomes.Record(channel, tenantId, outcome, started);
        if (status == StatusCodes.Status200OK)
        {
            return;
        }

        context.Response.ContentLength = 0;
        limit.Count(context.Connection.RemoteIpAddress);
        if (limit.IsOver(context.Connection.RemoteIpAddress))
        {
            context.Response.Headers.Connection = "close";
        }

        if (outcome == CallbackOutcome.TooSlow)
        {
            // An answer would make the server wait for the rest of the body first.
            context.Abort();
        }
    }

    private static int StatusOf(CallbackOutcome outcome) => outcome switch
    {
        CallbackOutcome.Accepted or CallbackOutcome.Duplicate or CallbackOutcome.Verified => StatusCodes.Status200OK,
        CallbackOutcome.UnknownKey or CallbackOutcome.Disabled or CallbackOutcome.PluginOff or CallbackOutcome.NotConfigured or CallbackOutcome.UnusableSettings
            or CallbackOutcome.WrongSignature or CallbackOutcome.WrongEncodingAesKey or CallbackOutcome.WrongReceiver =>
            StatusCodes.Status403Forbidden,
        CallbackOutcome.Malformed or CallbackOutcome.MalformedMessage or CallbackOutcome.TooSlow => StatusCodes.Status400BadRequest,
        CallbackOutcome.TooLarge => StatusCodes.Status413PayloadTooLarge,
        CallbackOutcome.Unsupported => StatusCodes.Status415UnsupportedMediaType,
        CallbackOutcome.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new UnreachableException(),
    };

    private readonly record struct Opened(long? TenantId, CallbackOutcome Outcome, ReadOnlyMemory<byte> Message);
}
