using System.Diagnostics;
using System.Text;

namespace WeComSync.Simulator.Callbacks;

/// <summary>Requests to event servers: kept alive, directly, and without following anybody elsewhere.</summary>
internal sealed class CallbackPost : IDisposable
{
    private const string TimedOut = "timeout";

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public CallbackPost(TimeProvider time, int? connections = null)
    {
        _time = time;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false };
        handler.MaxConnectionsPerServer = connections ?? handler.MaxConnectionsPerServer;
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 64 * 1024 };
    }

    /// <summary>One try. Ends with an answer that arrived as a whole, or with the reason why there was none.</summary>
    public async Task<CallbackTry> SendAsync(SealedCallback callback, TimeSpan timeout, CancellationToken ct)
    {
        using var request = callback.ToRequest();
        var (status, _, failure, took) = await AskAsync(request, timeout, ct);
        return new CallbackTry(_time.GetUtcNow(), status, failure, took.TotalMilliseconds);
    }

    /// <returns>Null: it verified. Otherwise what was wrong.</returns>
    public async Task<string?> CheckAsync(Uri address, string echo, TimeSpan timeout, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var (status, body, failure, _) = await AskAsync(request, timeout, ct);
        return (status, body) switch
        {
            (null, _) => failure == TimedOut ? $"there was no answer within {timeout.TotalSeconds} s" : failure,
            (not 200, _) => $"the answer had status {status}",
            (_, var answer) when answer == echo => null,
            (_, var answer) when answer!.Contains(echo, StringComparison.Ordinal) =>
                "there was something beside the plain message in the answer: no quotes, BOM or line break may be",
            _ => "the answer was not the decrypted echostr",
        };
    }

    public void Dispose() => _http.Dispose();

    private async Task<(int? Status, string? Body, string? Failure, TimeSpan Took)> AskAsync(
        HttpRequestMessage request, TimeSpan timeout, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(timeout);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, deadline.Token);
            var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(deadline.Token));
            return ((int)response.StatusCode, body, null, Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, null, TimedOut, Stopwatch.GetElapsedTime(started));
        }
        catch (HttpRequestException failed)
        {
            // The outermost message only says that there was an error.
            return (null, null, failed.GetBaseException().Message, Stopwatch.GetElapsedTime(started));
        }
    }
}
