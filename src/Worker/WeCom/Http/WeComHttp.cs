using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using WeComSync.Worker.Storage;
using WeComSync.Worker.WeCom.Limits;

namespace WeComSync.Worker.WeCom.Http;

/// <summary>Sends one request once. The token goes into the address, the only place where WeCom reads it, so addresses are never logged.</summary>
internal sealed class WeComHttp(
    IHttpClientFactory clients, Resilience resilience, IOptions<WeComOptions> options, WeComClock weComClock, TimeProvider clock)
{
    /// <summary>Name of the client whose handler and (absent) logging <see cref="WeComServices"/> sets up.</summary>
    public const string ClientName = "WeCom";

    private readonly string root = options.Value.BaseUrl.TrimEnd('/') + "/cgi-bin/";

    /// <summary>Sends and waits until the answer's headers are there and good. The pass goes with the answer.</summary>
    /// <exception cref="WeComException">No answer, or one that is not WeCom's.</exception>
    public async Task<WeComResponse> SendAsync(WeComRequest request, string? token, ApiPass pass, CancellationToken ct)
    {
        using var message = new HttpRequestMessage(request.Body is null ? HttpMethod.Get : HttpMethod.Post, Address(request, token));
        if (request.Body is { } json)
        {
            message.Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };
        }

        var requestedAt = clock.SteadyNow();
        var sentAt = clock.GetUtcNow();
        var timeout = request.Big ? options.Value.StallTimeout : options.Value.TryTimeout;
        HttpResponseMessage answer;
        try
        {
            answer = await resilience.WithTimeoutAsync(
                timeout, cancel => clients.CreateClient(ClientName).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel), ct);
        }
        catch (TimeoutException)
        {
            throw WeComFault.Passing(request.Endpoint, $"no answer within {timeout.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException failed)
        {
            throw WeComFault.Passing(request.Endpoint, Describe(failed), failed);
        }

        weComClock.Observe(answer.Headers.Date, sentAt, clock.GetUtcNow());
        try
        {
            CheckStatus(request.Endpoint, answer);
            return new WeComResponse(
                request, token ?? request.Secret, requestedAt, answer, await answer.Content.ReadAsStreamAsync(ct), pass, options.Value.StallTimeout, clock);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private Uri Address(WeComRequest request, string? token)
    {
        var query = token is null ? request.Query
            : request.Query.Length == 0 ? $"access_token={Uri.EscapeDataString(token)}"
            : $"access_token={Uri.EscapeDataString(token)}&{request.Query}";
        return new Uri($"{root}{request.Endpoint}{(query.Length == 0 ? "" : "?")}{query}");
    }

    private static void CheckStatus(string endpoint, HttpResponseMessage answer)
    {
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                return;
            // WeCom answers plain http with 301; following it would send the token in the clear first.
            case HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect:
            case HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.ProxyAuthenticationRequired:
                throw WeComFault.Misdirected(endpoint, $"HTTP {(int)answer.StatusCode}");
            default:
                var kind = answer.Content.Headers.ContentType?.MediaType is "text/html" ? " with a page of HTML" : "";
                throw WeComFault.Passing(endpoint, $"HTTP {(int)answer.StatusCode}{kind}");
        }
    }

    private static string Describe(HttpRequestException failed) => failed switch
    {
        { InnerException: SocketException { SocketErrorCode: var code } } => $"no connection ({code})",
        { InnerException: AuthenticationException } => "no secure connection (TLS)",
        { InnerException: IOException { InnerException: SocketException { SocketErrorCode: var code } } } => $"the connection broke ({code})",
        _ => $"the connection failed ({failed.HttpRequestError})",
    };
}
