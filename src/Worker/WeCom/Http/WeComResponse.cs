using WeComSync.Worker.WeCom.Limits;

namespace WeComSync.Worker.WeCom.Http;

/// <summary>An answer whose headers were good and whose body is still on its way. Whoever reads it disposes it.</summary>
internal sealed class WeComResponse(
    WeComRequest request, string? secret, DateTimeOffset requestedAt, HttpResponseMessage message, Stream body, ApiPass pass,
    TimeSpan stallTimeout, TimeProvider clock)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource stalled = new(Timeout.InfiniteTimeSpan, clock);

    public string Endpoint => request.Endpoint;

    /// <summary>The credential that the request carried, to be kept out of messages.</summary>
    public string? Secret => secret;

    public DateTimeOffset RequestedAt => requestedAt;

    /// <returns>0 at the end of a complete body.</returns>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.Retry"/>: the body stalled or broke off.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        // The clock runs only while we wait for WeCom, not while our caller works on what came.
        stalled.CancelAfter(stallTimeout);
        await using var linked = ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), stalled);
        try
        {
            var count = await body.ReadAsync(buffer, stalled.Token);
            stalled.CancelAfter(Timeout.InfiniteTimeSpan);
            return count;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw WeComFault.Passing(Endpoint, $"the answer made no progress for {stallTimeout.TotalSeconds:0.###} s");
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or InvalidDataException)
        {
            throw WeComFault.Passing(Endpoint, "the connection broke in mid-answer", broken);
        }
    }

    /// <summary>The answer was good: eases what earlier refusals of this API tightened.</summary>
    public void Accept() => pass.Accept();

    public async ValueTask DisposeAsync()
    {
        await body.DisposeAsync();
        message.Dispose();
        stalled.Dispose();
        pass.Dispose();
    }
}
