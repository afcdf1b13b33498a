using System.Net.Http.Headers;
using System.Text;

namespace WeComSync.Simulator.Callbacks;

/// <summary>An event as it travels.</summary>
/// <param name="Address">With <c>msg_signature</c>, <c>timestamp</c> and <c>nonce</c>.</param>
/// <param name="Digest">As <see cref="WeComCallbackCrypto.Digest"/>: what the receiver must know the event by.</param>
public sealed record SealedCallback(Uri Address, string Body, CallbackEnvelope Envelope, string Digest)
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(Body);

    /// <summary>A new request each time, since one cannot be sent twice.</summary>
    public HttpRequestMessage ToRequest()
    {
        var content = new ByteArrayContent(_bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(Envelope == CallbackEnvelope.Json ? "application/json" : "text/xml");
        return new HttpRequestMessage(HttpMethod.Post, Address) { Content = content };
    }
}
