namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>One callback request as WeCom sends it.</summary>
/// <param name="Signature">Query parameter <c>msg_signature</c>.</param>
/// <param name="Timestamp">Query parameter.</param>
/// <param name="Nonce">Query parameter.</param>
/// <param name="Encrypted">The encrypted text, also the <c>echostr</c> of an address check.</param>
/// <param name="Body">The envelope.</param>
public sealed record CallbackDelivery(string Signature, string Timestamp, string Nonce, string Encrypted, string Body)
{
    /// <summary>Query of a POST, without the question mark.</summary>
    public string Query => $"msg_signature={Signature}&timestamp={Timestamp}&nonce={Nonce}";

    /// <summary>Query of the GET that checks an address.</summary>
    public string EchoQuery => $"{Query}&echostr={Uri.EscapeDataString(Encrypted)}";
}
