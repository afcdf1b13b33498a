using System.Text;
using WeComSync.Simulator.Api;

namespace WeComSync.Simulator.Faults;

/// <summary>Sends an answer, or what the fault makes of it.</summary>
/// <param name="stopping">The host is going down: whatever hangs lets go.</param>
internal sealed class FaultDelivery(CancellationToken stopping)
{
    /// <summary>The call need not be answered at all.</summary>
    public static bool ReplacesAnswer(Fault? fault) =>
        fault is HttpFault or ResetFault { InMidBody: false } or HangFault { InMidBody: false };

    /// <summary>Nothing may be sent before the answer is complete.</summary>
    public static bool NeedsWholeAnswer(Fault? fault) => fault is ResetFault or HangFault or TruncateFault;

    public async Task SendAsync(HttpContext http, AnswerBuffer buffer, Fault? fault)
    {
        switch (fault)
        {
            case HttpFault(var status, var contentType, var body):
                http.Response.StatusCode = status;
                await WriteAsync(http, contentType, Encoding.UTF8.GetBytes(body), null);
                break;
            case ResetFault(var inMidBody):
                if (inMidBody)
                    await WriteHalfAsync(http, buffer, isAnnouncedWhole: true);
                http.Abort();
                break;
            case HangFault(var inMidBody):
                if (inMidBody)
                    await WriteHalfAsync(http, buffer, isAnnouncedWhole: true);
                await UntilOneGivesUpAsync(http);
                break;
            case TruncateFault:
                await WriteHalfAsync(http, buffer, isAnnouncedWhole: false);
                break;
            default:
                await WriteAsync(http, ContentTypes.Json, buffer.Written, null);
                break;
        }
    }

    private static Task WriteHalfAsync(HttpContext http, AnswerBuffer buffer, bool isAnnouncedWhole)
    {
        var whole = buffer.Written;
        return WriteAsync(http, ContentTypes.Json, whole[..(whole.Length / 2)], isAnnouncedWhole ? whole.Length : null);
    }

    /// <param name="announced">The length of the whole, if more is promised than written.</param>
    private static async Task WriteAsync(HttpContext http, string contentType, ReadOnlyMemory<byte> body, int? announced)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = contentType;
            http.Response.ContentLength = announced ?? body.Length;
        }
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    private async Task UntilOneGivesUpAsync(HttpContext http)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Abort();
    }
}
