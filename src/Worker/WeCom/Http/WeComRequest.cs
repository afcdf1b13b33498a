namespace WeComSync.Worker.WeCom.Http;

/// <summary>
/// One call. Requests are sent again after a fault, unless they write: WeCom deletes by GET, so the verb does not tell.
/// </summary>
/// <param name="Endpoint">Path below <c>/cgi-bin/</c>.</param>
/// <param name="Query">Further parameters, escaped, without the token.</param>
internal sealed record WeComRequest(string Endpoint, string Query = "")
{
    /// <summary>JSON to post; null sends a GET.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The answer may be tens of megabytes and begin late.</summary>
    public bool Big { get; init; }

    /// <summary>Changes something at WeCom. It is sent once: after a fault nobody knows whether WeCom did it.</summary>
    public bool Writes { get; init; }

    /// <summary>The credential as it stands in <see cref="Query"/>, to be kept out of messages.</summary>
    public string? Secret { get; init; }

    public override string ToString() => Endpoint;
}
