using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using WeComSync.Domain.Notifications;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Notifications;

/// <summary>Sends one message. Addresses and keys are in no exception and no log.</summary>
internal sealed class NoticeSender
{
    /// <summary>Name of the client whose handler <see cref="NotificationServices"/> sets up.</summary>
    public const string ClientName = "Notices";

    private const int LongestAnswer = 16 << 10;

    /// <summary>In bytes of UTF-8; the robot refuses more.</summary>
    private const int LongestText = 2000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IHttpClientFactory clients;
    private readonly NotificationOptions options;
    private readonly TimeProvider clock;
    private readonly Dictionary<NoticeTarget, ResiliencePipeline> pipelines;

    public NoticeSender(IHttpClientFactory clients, IOptions<NotificationOptions> options, TimeProvider clock)
    {
        this.clients = clients;
        this.options = options.Value;
        this.clock = clock;
        pipelines = Enum.GetValues<NoticeTarget>().ToDictionary(target => target, _ => Pipeline(clock));
    }

    /// <exception cref="NoticeFailedException">The receiver did not confirm it.</exception>
    public async Task SendAsync(PendingNotice notice, CancellationToken ct)
    {
        try
        {
            await pipelines[notice.Target].ExecuteAsync(
                async stop => await (notice.Target == NoticeTarget.Robot ? AskRobotAsync(notice, stop) : PostAsync(notice, stop)), ct);
        }
        catch (Exception failed) when (Describe(failed) is { } reason && !ct.IsCancellationRequested)
        {
            throw new NoticeFailedException(reason);
        }
    }

    private async Task PostAsync(PendingNotice notice, CancellationToken ct)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                Type = $"{EnumText.Of(notice.Kind)}{(notice.Over ? ".over" : "")}",
                Timestamp = notice.Over ? notice.ClosedAt : notice.OpenedAt,
                Data = new { notice.Tenant, Incident = notice.IncidentId, notice.Subject, notice.Message, notice.OpenedAt, notice.ClosedAt },
            },
            Json);
        var id = string.Create(CultureInfo.InvariantCulture, $"notice_{notice.TenantId}_{notice.Id}");
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.WebhookUrl) { Content = Content(body) };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        if (options.WebhookSecret is { } secret)
        {
            byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
            var signed = HMACSHA256.HashData(NotificationOptionsValidator.KeyOf(secret)!, content);
            request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(signed)}");
        }

        using var answer = await clients.CreateClient(ClientName).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        Check(answer);
    }

    private async Task AskRobotAsync(PendingNotice notice, CancellationToken ct)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { msgtype = "text", text = new { content = Cut(notice.Message) } }, Json);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.RobotUrl) { Content = Content(body) };
        using var answer = await clients.CreateClient(ClientName).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        Check(answer);
        var buffer = new byte[LongestAnswer];
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        try
        {
            using var reply = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (reply.RootElement.TryGetProperty("errcode", out var code) && code.GetInt32() != 0)
            {
                throw new NoticeFailedException($"the robot answered {code.GetInt32()}");
            }
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException or FormatException)
        {
            throw new NoticeFailedException("the robot's answer is not WeCom's");
        }
    }

    private static ByteArrayContent Content(byte[] json) => new(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };

    private static void Check(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new NoticeFailedException($"the receiver answered HTTP {(int)answer.StatusCode}");
        }
    }

    private static string Cut(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        var bytes = 0;
        var kept = runes.TakeWhile(rune => (bytes += rune.Utf8SequenceLength) <= LongestText).ToList();
        return kept.Count == runes.Count ? text : string.Concat(kept) + "…";
    }

    private static string? Describe(Exception failed) => failed switch
    {
        NoticeFailedException => failed.Message,
        HttpRequestException { InnerException: AddressRefusedException refused } => refused.Message,
        AddressRefusedException => failed.Message,
        HttpRequestException http => $"no connection ({http.HttpRequestError})",
        TimeoutRejectedException => "no answer in time",
        BrokenCircuitException => "the receiver failed again and again; it is left alone for a while",
        IOException => "the connection broke",
        _ => null,
    };

    private static ResiliencePipeline Pipeline(TimeProvider clock)
    {
        // What a refused address or a plain "no" says does not change within seconds.
        var passing = new PredicateBuilder()
            .Handle<HttpRequestException>(failed => failed.InnerException is not AddressRefusedException)
            .Handle<TimeoutRejectedException>()
            .Handle<IOException>();
        return new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<TimeoutRejectedException>().Handle<IOException>().Handle<NoticeFailedException>(),
                FailureRatio = 0.9,
                MinimumThroughput = 4,
                SamplingDuration = TimeSpan.FromMinutes(2),
                BreakDuration = TimeSpan.FromMinutes(1),
            })
            .AddRetry(new RetryStrategyOptions { ShouldHandle = passing, MaxRetryAttempts = 2, Delay = TimeSpan.FromSeconds(1), BackoffType = DelayBackoffType.Exponential, UseJitter = true })
            .AddTimeout(TimeSpan.FromSeconds(10))
            .Build();
    }
}

/// <summary>A message that waits to be sent.</summary>
internal sealed record PendingNotice(
    long TenantId, long Id, long IncidentId, string Tenant, NoticeTarget Target, bool Over, IncidentKind Kind, string Subject, string Message,
    DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, int Tries);

/// <summary>A message was not confirmed by its receiver.</summary>
/// <param name="reason">Without address and key.</param>
internal sealed class NoticeFailedException(string reason) : Exception(reason);
