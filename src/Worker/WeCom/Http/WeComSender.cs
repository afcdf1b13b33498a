using WeComSync.Worker.WeCom.Limits;

namespace WeComSync.Worker.WeCom.Http;

/// <summary>Sends requests within the limits, and again after faults that may pass. It knows nothing of tokens.</summary>
internal sealed class WeComSender(WeComHttp http, ApiGates gates, Resilience resilience)
{
    /// <param name="caller">For whom; each try counts in its counter.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="token">The access token; null where the request carries its own credential.</param>
    /// <param name="read">Takes over the answer, disposes it, and throws when its errcode is not 0.</param>
    /// <param name="ct">Ends waiting, sending and reading.</param>
    /// <exception cref="WeComException">Of any class; <see cref="WeComErrorClass.Retry"/> only after all tries, of which a call that writes has one.</exception>
    public Task<T> SendAsync<T>(
        WeComCaller caller, WeComRequest request, string? token, Func<WeComResponse, CancellationToken, ValueTask<T>> read, CancellationToken ct) =>
        request.Writes
            ? TryAsync(caller, request, token, read, ct).AsTask()
            : resilience.WithRetriesAsync(cancel => TryAsync(caller, request, token, read, cancel), ct);

    private async ValueTask<T> TryAsync<T>(
        WeComCaller caller, WeComRequest request, string? token, Func<WeComResponse, CancellationToken, ValueTask<T>> read, CancellationToken ct)
    {
        var gate = gates.For(caller.CorpId, request.Endpoint);
        var pass = await gate.EnterAsync(ct);
        WeComResponse response;
        try
        {
            caller.Counter?.Add();
            response = await http.SendAsync(request, token, pass, ct);
        }
        catch
        {
            pass.Dispose();
            throw;
        }

        try
        {
            return await read(response, ct);
        }
        catch (WeComException refusal)
        {
            await gate.RefuseAsync(refusal, ct);
            throw;
        }
    }
}
